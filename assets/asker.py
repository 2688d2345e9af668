"""Who asks for what a run does: as the sign-on before the UI says, else as it is typed.

Belongs here: the tags that say so, and which of the two counts. Does not belong here: who sets the tags (``web.launches``), what is kept
of it (``resources.ledger``).
"""

from typing import Any, Final

ASKED_TAG: Final = "rollcall/user"
"""Tag of a run that was launched behind a sign-on: who typed its config. A re-execution with that config keeps it."""
REEXECUTED_TAG: Final = "rollcall/reexecuted_by"
"""Tag of a re-execution from behind a sign-on: who launched it, with the config of the run before."""


def asker(run: Any, typed: str) -> str:
    """Who asks. Where somebody has signed on, what is typed counts for nothing: it cannot be typed over.

    Args:
        run: Dagster's run.
        typed: What its config says, such as ``accepted_by``; possibly nothing.
    """
    return str(run.tags.get(ASKED_TAG) or typed)
