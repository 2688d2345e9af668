"""All that lives outside the process: HR files, Expensify, Findity, the ledger, stored data.

Belongs here: clients that know the wire, the ledger, storage, and the delivery of a plan. Does not belong here: rules about people
(``roster``) and how steps hang together (``assets``).
"""
