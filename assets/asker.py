"""Who asks for what a run does: as the sign-on before the UI says, else as it is typed.

Belongs here: the tags that say so, and which of the two counts. Does not belong here: who sets the tags (``web.launches``), what is kept
of it (``resources.ledger``).
"""

from typing import Final

import dagster as dg

USER_TAG: Final = "rollcall/user"
"""Tag of a run that was launched behind a sign-on: who typed its config. A re-execution with that config keeps it."""
REEXECUTED_TAG: Final = "rollcall/reexecuted_by"
"""Tag of a re-execution from behind a sign-on: who launched it, with the config of the run before."""


def asker(context: dg.AssetExecutionContext, typed: str) -> str:
    """Who asks. Where somebody has signed on, what is typed counts for nothing: it cannot be typed over.

    Args:
        context: The step's; its run says who has signed on, and its log that something else was typed.
        typed: What the config says, such as ``accepted_by``; possibly nothing.
    """
    known = context.run.tags.get(USER_TAG)
    if known and typed.strip() not in ("", known):
        context.log.info("Who asks is who has signed on: what was typed for it counts for nothing.")
    return known or typed


def signed_on(context: dg.AssetExecutionContext) -> bool:
    """Whether a sign-on says who asks."""
    return bool(context.run.tags.get(USER_TAG))
