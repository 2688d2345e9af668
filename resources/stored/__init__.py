"""What runs store, on a disk or in an object store.

Values: `run_storage` writes and reads them for a step, `runs` looks into them and deletes them by hand. Files for people: `reports`. How an
object store is written to and read, and what is said where it cannot be: `objects`.
"""
