"""Errors whose whole text is ours: one sentence of what happened and what to do, naming no person.

Belongs here: telling Dagster that there is nothing in them to be masked. Does not belong here: their texts, what becomes of other errors
(``assets.failures``).
"""

import dagster as dg


class OwnText:
    """What Dagster does not mask when user-code errors are redacted.

    It masks whatever it has marked with an id as it passes, and of an error like ours it adds to the text that it was masked. Ours takes no
    mark. Raise it ``from None``, so that nothing else comes along; its full text goes to the owner-only log all the same.
    """

    @property
    def _redacted_error_uuid(self) -> None:
        return None

    @_redacted_error_uuid.setter
    def _redacted_error_uuid(self, value: str) -> None:
        pass


class Stopped(OwnText, dg.Failure):
    """A step could not do its work. Trying again at once would not help."""

    def __init__(self, text: str) -> None:
        super().__init__(text, allow_retries=False)
