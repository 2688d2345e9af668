"""Accounts that an older ledger, put in the place of a lost one, does not know: what was brought in since its backup is forgotten.

Belongs here: finding them by what no ledger would have forgotten. Does not belong here: what happens to them: whoever is in HR's file is
found by number, whoever is not is left alone like any account that HR does not know.
"""

import pandas as pd

from roster.membership import among
from roster.plan.strangers import HELD, NOT_IN_HR


def unremembered(people: pd.DataFrame, acknowledged: pd.Series, stayed_out: pd.Series) -> list[str]:
    """Whose account has their employee number, though nobody is known to have brought them in.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
        acknowledged: the employee numbers that the ledger knows at the destination.
        stayed_out: those of whom it knows that they were not brought in: their account has been there all the while.
    """
    found = people["matched_by"].eq("number") & people["account"].notna()
    known = pd.concat([acknowledged, stayed_out])
    return sorted(people.loc[found & ~among(people["employee_id"], known), "employee_id"])


def like_hrs(people: pd.DataFrame, accounts: pd.DataFrame, numbers: pd.Series) -> int:
    """How many active accounts that HR's file does not know, nor the ledger, have a number of the form that HR gives.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
        accounts: `roster.people.matching.ACCOUNT_COLUMNS`.
        numbers: the employee numbers in HR's file.
    """
    strange = accounts["active"] & among(accounts["account"], people.loc[people["reason"].isin([NOT_IN_HR, HELD]), "account"])
    theirs = accounts.loc[strange, "number"].dropna()
    return 0 if theirs.empty else int(among(_form(theirs), _form(numbers)).sum())


def _form(numbers: pd.Series) -> pd.Series:
    """Digits as 0, letters as A: ``E1042`` is ``A0000``."""
    return numbers.str.replace(r"\d", "0", regex=True).str.replace(r"[^\W\d_]", "A", regex=True)
