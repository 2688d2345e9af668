"""All that lives outside the process and is no destination: HR files, SFTP, HTTP, the ledger, stored values, past runs.

- `hr`: where is HR's export, and how is it got whole?
- `ssh`: how to get into an SFTP server?
- `ledger`: what must runs remember?
- `stored`: where are the values that assets store?
- `alerts`: how are people told who read no logs?
- `past`: what is known of runs that were, and how is it handed out or deleted?

For all of them, and for destinations: `http` (one way to call, what is repeated), `forms` (form fields as a body), `bodies` (the JSON of an
answer), `rates` (how many calls in a span of time), `pace` (how far apart, where no limit is published), `waiting` (telling that a run
waits), `traffic` (counting calls), `logs` (lines as JSON), `failures` (what can go wrong, by what to do about it), `own_text` (errors that
Dagster need not mask), `shortage` (a full disk, too little memory), `memory` (asking for little), `environment` (values and secrets by the
name of a variable), `owner_only` (files that only their owner can read), `places` (where this deployment keeps all that), `object_stores`
(what they say through their libraries), `backups` (copies of databases), `to_type` (how a command is typed inside of a trial).

Does not belong here: any destination (``destinations``), rules about people (``roster``), how steps hang together (``assets``).
"""
