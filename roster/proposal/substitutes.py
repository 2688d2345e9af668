"""What stands in for a column that an unknown HR file does not have: names in one column, names for logging in, yes and no for a status.

Belongs here: the rule for a canonical column that is made of another one. Does not belong here: columns that are there
(``roster.proposal.recognising``), keys and managers (``roster.proposal.relations``).
"""

from typing import Any

import pandas as pd

from roster.proposal import headings, recognising
from roster.proposal.recognising import Guess, share

Rules = dict[str, dict[str, Any]]
LOGIN = r"[A-Za-z][A-Za-z0-9._-]{1,63}"
WHOLE = r"[^\W\d_][^\d@_;/]*[ ,\u00a0][^\d@_;/]*[^\W\d_][^\d@_;/]*"


def email(frame: pd.DataFrame, columns: dict[str, Guess]) -> Rules:
    """An address from a name for logging in, where no column holds addresses."""
    named = [columns["email"].value] if "email" in columns else []
    if named and share(recognising.VALUE_KINDS["email"][0], frame[named[0]]) > 0.1:
        return {}
    for name in [*named, *(each for each in map(str, frame) if headings.is_login(each))]:
        if share(lambda values: values.str.fullmatch(LOGIN), frame[name]) >= recognising.ENOUGH:
            columns["email"] = Guess(name, 0.4, "names for logging in, without a domain: fill it in")
            return {"email": {"template": f"{{{name}}}@FILL-IN.example"}}
    return {}


def names(frame: pd.DataFrame, columns: dict[str, Guess]) -> Rules:
    """First and last name from one column that has both."""
    wanted = [column for column in ("first_name", "last_name") if column not in columns]
    for name in map(str, frame if wanted else []):
        if headings.is_whole_name(name) and share(lambda values: values.str.fullmatch(WHOLE), frame[name]) >= recognising.ENOUGH:
            with_comma = share(lambda values: values.str.contains(","), frame[name])
            split: Any = ["Last, First", "First Last"]
            if with_comma in (0, 1):
                split = split[0 if with_comma else 1]
            told = "and the comma tells the parts" if with_comma == 1 else "and some have a comma" if with_comma else "in the usual order"
            for column in wanted:
                confidence = 0.8 if with_comma == 1 else 0.5
                columns[column] = Guess(name, confidence, f"the heading names it; one column has the whole name, {told}")
            return {column: {"column": name, "split": split} for column in wanted}
    return {}


def worker_status(frame: pd.DataFrame, columns: dict[str, Guess]) -> Rules:
    """A status from a column of yes and no, where no column has words that are known."""
    if "worker_status" in columns and recognising.statuses(frame[columns["worker_status"].value]):
        return {}
    if found := recognising.flag(frame):
        rule, columns["worker_status"] = found
        return {"worker_status": rule}
    return {}
