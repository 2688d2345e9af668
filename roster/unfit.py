"""A file that must not be used at all.

Belongs here: the one error that stops an intake before any difference is computed. Does not belong here: faults of single rows
(``roster.intake.validation``) and faults of the settings (``roster.rules.MissingColumn``).
"""

import pandas as pd


class Unfit(Exception):
    """The HR file as a whole cannot be trusted: nothing of it is used.

    Its text is safe to show anywhere: it may hold headers, counts and line numbers, never the value of a cell.

    Attributes:
        code: A short word for reports and tests, such as ``encoding``.
        message: What is wrong, in a sentence HR understands.
        advice: What to do about it.
        rejects: The rows of which each is at fault, as `roster.intake.take_in.IntakeResult.rejects` has them; None where it is not the
            rows. No part of the text: it holds cells.
    """

    def __init__(self, code: str, message: str, advice: str, rejects: pd.DataFrame | None = None) -> None:
        super().__init__(f"{message} {advice}")
        self.rejects = rejects
        self.code = code
        self.message = message
        self.advice = advice
