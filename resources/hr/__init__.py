"""HR's export, wherever it lies.

`sources` is what can be asked of a place, `locations` what the YAML says of it. On this machine: `files`. Over SFTP: `sftp` →
`remote_folder` → `ssh` (with `host_keys`, `private_keys`), `incoming` (a download on its way), `ssh_failures` (what went wrong, in one
sentence). Does not belong here: what is in the file (``roster.reading``).
"""
