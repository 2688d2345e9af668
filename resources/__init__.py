"""All that lives outside the process: HR files, SFTP, HTTP, the ledger, stored values, past runs.

Belongs here: clients that know the wire, the ledger, storage. Does not belong here: any destination (``destinations``), rules about people
(``roster``) and how steps hang together (``assets``).
"""
