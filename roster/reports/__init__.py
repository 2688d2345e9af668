"""The two reports of a run: one HTML page for everybody who asks what happened, one CSV for HR.

Belongs here: pure functions from a filled ``RunReport`` to a page, a frame or bytes. Does not belong here: how a ``RunReport`` is
filled from the ledger, and where the files are put.
"""
