"""One folder for each destination, and what is the same for all.

- `registry`: which are there?
- `base`: what does each fulfil, and what passes between its steps? `abilities`: what can only some do?
- `identity`: what of it may only one company write? `claims`: whose is it?
- `engine`: which steps, in which order: known → desired → plan, written → landed?
- `circumstances`: what decides about a plan beside who is there? `plan_facts`: what is known of it as a whole?
- `forgotten`: does the ledger know what it must have known?
- `things`: what of a destination's units, dimensions and values, which are no people, is planned, sent and read back?
- `skips`: who was not brought in last time, and may stay out?
- `reading_back`: is what was sent to be seen there?
- `delivery`: what must a plan have passed, who is still to be sent, and what is kept of each answer?
- `sending`: how are a plan's records sent to one of them? `doubts`: who goes apart or alone, since last time?
- `ahead`: which chunks are sent before their turn?
- `chunks`: whom does a refusal concern, and what is an outage? `narrowing`: which request follows one that is refused?
- `replies`: what is an answer, person by person?
- `commands`: what are its own commands given by the command line?
- `releases`: what of a held set is applied now? `two_people`: has another person proposed it, where the settings want two?
- `undoing`: which plan takes back what a run wrote?
- `beside`: what does one show in terms that all have?
- `parts`: of several organizations of a company, which one is somebody's, and who may not leave one yet?
- `leaving`: when do leavers lose their access, and what is told before?
- `sizes`: how much of something was there, when nobody had a reason to look?
- `first`: is the first sync still to come, and who is of it still?

A destination's own folder has a map of its own. Does not belong here: Dagster (``assets``), rules about people (``roster``).
"""
