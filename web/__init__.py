"""What is served over HTTP beside the work itself: the guard before Dagster's UI, and what is seen from outside.

- `observed`: the server behind `rollcall metrics`
- `metrics`: what Prometheus scrapes
- `health`: whether the parts of an installation are alive

Does not belong here: any rule about people (``roster``), the runs (``assets``), the commands that start a server (``cli``).
"""
