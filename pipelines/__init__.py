"""One folder for each company: its whole pipeline is one `defs.yaml`. `definitions.py` loads them all.

Belongs here: companies' YAML and their sample files. Does not belong here: code, except for the loader.
"""

import os
import sys

from assets.quiet import quieten

quieten()

# Once for all processes that one command starts: they inherit the mark.
if not os.environ.get("DAGSTER_HOME") and "ROLLCALL_TOLD" not in os.environ:
    os.environ["ROLLCALL_TOLD"] = "home"
    sys.stderr.write(
        "rollcall: DAGSTER_HOME is not set, so Dagster keeps runs and their history in a temporary folder; `rollcall ui` sets it\n"
    )
