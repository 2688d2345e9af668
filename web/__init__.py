"""What is served over HTTP beside the work itself: the guard before Dagster's UI, and what is seen from outside.

- `guard`: which requests reach Dagster's webserver, and what goes out with every answer?
- `names`: by which names is a server asked, and what else may a browser's page be from?
- `sign_on`: who has signed on at the proxy before it?
- `launches`: how does a run that is launched in the UI carry who asked for it?
- `webserver`: Dagster's webserver with all of that in one process.
- `daemon`: Dagster's daemon, which ends with what started it
- `serve`: pages for finance and HR, in a folder of their own
- `listening`: when does a server listen?
- `observed`: the server behind `rollcall metrics`
- `metrics`: what Prometheus scrapes
- `health`: whether the parts of an installation are alive

Does not belong here: any rule about people (``roster``), the runs (``assets``), the commands that start a server (``cli``).
"""
