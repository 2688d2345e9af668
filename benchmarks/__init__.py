"""What is measured, and against what. `python -m benchmarks` measures everything and prints one table.

Belongs here: making big rosters, running each case as a process of its own, the peers' projects, the table. Does not belong here: anything
that the product needs; nothing of it imports this.
"""
