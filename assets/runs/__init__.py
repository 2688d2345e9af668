"""How runs begin and end.

- `triggers`: what starts a sync by itself: sensors, the schedule?
- `arrivals`: does a file that has landed need a run, or one more?
- `arriving`: for which of several files does it wait?
- `launch`: how is one started here and now, so that the UI can go on with it?
- `submit`: how is one given to the deployment's own queue and launcher?
- `chain`: which runs are attempts of one, and which one is meant?
- `recovery`: which runs have died, and what becomes of them?
- `lost`: which runs does nothing else tell of?
- `alerts`: what of a company are people told, and when?
- `summary`: how did a run end, in the ledger, in its reports and on one page?
- `stopped_night`: where does the UI show a night that never came to its report?
- `by_hand`: what would the newest plan send, for those who bring it there themselves?
- `retention`: which runs are old enough to go?
- `dagster_storage`: what does Dagster itself keep of those that went?
- `dagster_instance`: how is Dagster's instance opened, by one process at a time?
- `dagster_engines`: what does Dagster make anew for each question to its files?
- `dagster_schema`: how is Dagster's own database brought up to date?

Does not belong here: what a run does (``assets.graph``).
"""
