"""The values that runs store: `run_storage` writes and reads them for a step, `runs` looks into them and deletes them by hand."""
