"""The three roads by which a feed gets to Expensify: in the request itself, from an SFTP server, from a web server.

- `settings`: which road, and what has to be known for it?
- `chosen`: the road that the settings name.
- `road`: what does a road do, and what is it when Expensify could not fetch?
- `names`: what is a laid-out feed called, whose is it, and how old?
- `laid`: how does a feed lie ready until it is read back, or for some hours?
- `sftp`: how does it get onto a server?
- `download`: how does it get into a web server's folder, and is it offered as Expensify will ask for it?

Does not belong here: what is in a feed (``destinations.expensify.records``) and the job itself (``destinations.expensify.client``).
"""
