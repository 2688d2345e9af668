"""Single values that a person's record goes without, as the ledger follows them from run to run beside those who stay out.

Belongs here: the one code by which such a value is known, and reading it. Does not belong here: which values are left out (each
destination's ``records``, ``roster.intake.validation``), the words for the reasons (``roster.reports.reasons``).
"""

from typing import Final

import pandas as pd

_SIGN: Final = "="
"""Between field and reason. No reason code has it."""


def codes(fields: pd.Series, reasons: pd.Series) -> pd.Series:
    """The code of each value that was left out: ``approvalLimit=no_over_limit_approver``."""
    joined: pd.Series = fields.astype("str") + _SIGN + reasons.astype("str")
    return joined


def code(field: str, reason: str) -> str:
    """The code of one."""
    return f"{field}{_SIGN}{reason}"


def followed(values: pd.DataFrame) -> pd.DataFrame:
    """``employee_id``, ``field``, ``reason`` as the ledger follows them: ``employee_id`` and the code as ``reason``."""
    return pd.DataFrame({"employee_id": values["employee_id"], "reason": codes(values["field"], values["reason"])}).astype("str")


def of_values(reasons: pd.Series) -> pd.Series:
    """Which of the ledger's reasons are of a single value."""
    return reasons.str.contains(_SIGN, regex=False, na=False)


def of_code(code: str) -> tuple[str, str]:
    """Field and reason of a code."""
    field, _, reason = code.partition(_SIGN)
    return field, reason
