"""How runs begin and end: `triggers` (sensors, schedules), `launch` (here and now), `recovery` (dead ones), `retention`, `summary` (how
one ended).
"""
