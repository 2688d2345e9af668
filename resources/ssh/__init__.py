"""SFTP servers: getting into one that is surely the one that is meant, whatever is then done there.

- `settings`: where is it, as whom to log in, and by which keys is it known?
- `session`: how is a session opened: host key, login, the way through a jump host, time-outs, another attempt?
- `sharing`: is there a session of an earlier visit?
- `keys`: the private key that logs in, whatever its format.
- `failures`: what went wrong with a server, and may another attempt go better?

Does not belong here: what is done with files there (``resources.hr``, a destination's own modules).
"""
