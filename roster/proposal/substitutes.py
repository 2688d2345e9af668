"""What stands in for a column that an unknown HR file does not have: names in one column, names for logging in, yes and no for a status.

Belongs here: the rule for a canonical column that is made of another one. Does not belong here: columns that are there
(``roster.proposal.recognising``), keys and managers (``roster.proposal.relations``).
"""

from typing import Any

import pandas as pd

from roster.proposal import headings, recognising
from roster.proposal.recognising import Guess, share

Rules = dict[str, dict[str, Any]]
PART = r"['’]?[^\W\d_][^\d@_;/,]{0,60}"
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
    """First and last name from one column that has both, or a last name from two."""
    rules = _of_whole_names(frame, columns)
    return rules if "last_name" in rules else rules | _of_parts(frame, columns)


def _of_whole_names(frame: pd.DataFrame, columns: dict[str, Guess]) -> Rules:
    wanted = [column for column in ("first_name", "last_name") if column not in columns]
    for name in map(str, frame if wanted else []):
        if headings.is_whole_name(name) and share(lambda values: values.str.fullmatch(WHOLE), frame[name]) >= recognising.ENOUGH:
            with_comma = share(lambda values: values.str.contains(","), frame[name])
            split: Any = ["Last, First", "First Last"]
            if with_comma in (0, 1):
                split = split[0 if with_comma else 1]
            remark = "and the comma tells the parts" if with_comma == 1 else "and some have a comma" if with_comma else "in the usual order"
            for column in wanted:
                confidence = 0.8 if with_comma == 1 else 0.5
                columns[column] = Guess(name, confidence, f"the heading names it; one column has the whole name, {remark}")
            return {column: {"column": name, "split": split} for column in wanted}
    return {}


def _of_parts(frame: pd.DataFrame, columns: dict[str, Guess]) -> Rules:
    """The last name put together with a part of it that has a column of its own; not where the last name has it already."""
    if "last_name" not in columns:
        return {}
    guess, rule = columns["last_name"], dict[str, Any]()
    for name in map(str, frame):
        where = headings.name_part(name)
        rows = frame[[name, guess.value]].dropna() if where and where not in rule and name != guess.value else frame.head(0)
        if rows.empty or share(lambda values: values.str.fullmatch(PART), frame[name]) < recognising.ENOUGH:
            continue
        whole = [
            (last.startswith(f"{part} ") if where == "before" else last.endswith(f" {part}"))
            for part, last in zip(rows[name].str.casefold(), rows[guess.value].str.casefold(), strict=True)
        ]
        if sum(whole) < len(whole) / 2:
            rule[str(where)] = name
    if not rule:
        return {}
    remark = " and ".join(f"{name} stands {where} it" for where, name in rule.items())
    columns["last_name"] = Guess(guess.value, guess.confidence, f"{guess.reason}; {remark}")
    return {"last_name": {"column": guess.value, **rule}}


def worker_status(frame: pd.DataFrame, columns: dict[str, Guess]) -> Rules:
    """A status from a column of yes and no, where no column has words that are known."""
    if "worker_status" in columns and recognising.statuses(frame[columns["worker_status"].value]):
        return {}
    if found := recognising.flag(frame):
        rule, columns["worker_status"] = found
        return {"worker_status": rule}
    return {}
