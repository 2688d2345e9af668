"""The command line, `rollcall`: a module for each group of commands. Does not belong here: anything that a run does."""
