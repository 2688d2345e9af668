"""One folder for each company: its whole pipeline is one `defs.yaml`. `definitions.py` loads them all.

Belongs here: companies' YAML and their sample files. Does not belong here: code, except for the loader.
"""

from assets.quiet import quieten

quieten()
