"""One company's assets, checks, jobs and resources. In the order in which a run passes them:

- `build`: which assets are there, and which of them does each job run?
- `intake` (with `gate`, and `before`, what changes are put on): how do HR's export, roster and rejects come about, and who stops a file?
- `known`, `desired`, `plan`, `sync_result`, `landed`: what does each step at a destination store and show?
- `undo`: what is taken back of a run, and from what that is stored?
- `reports`: what do the two reports show in the UI?
- `given`: what is a step given: run config, and values of earlier steps?
- `checks`: how is what only one destination has to say put as a check?
- `links`: where does `rollcall serve` show the same, with everybody's name?
- `metadata`: how are frames and counts shown, without anybody's name?
- `people`: who changes, person by person?

Does not belong here: what a step does (``destinations.engine``, ``roster.intake``), how a run is started (``assets.runs``).
"""
