"""The book's lines: what each person's should be, and in which of several books.

Belongs here: the fields of a line, the desired ones. Does not belong here: what of them is different there (``comparison``) and the file
(``client``). Pure.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from roster.parts import ELSEWHERE, HERE, PLACED, part_name, works
from roster.people.chain import Chain
from roster.records import FieldType
from roster.rules import evaluate
from roster.settings import Rule
from tests.destinations.ledgerbook import NAME
from tests.destinations.ledgerbook.settings import LedgerbookLines

FIELDS: Final[Mapping[str, FieldType]] = {
    "staff_no": "text",
    "given": "text",
    "family": "text",
    "mail": "text",
    "approver_no": "text",
    "desk": "text",
    "active": "boolean",
    "bank": "text",
}
"""A line with its JSON types."""


def lines(roster: pd.DataFrame, chain: Chain, rules: LedgerbookLines) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The line that each person in scope should have.

    Args:
        roster: the roster frame.
        chain: who approves for whom.
        rules: where each field comes from.

    Returns:
        The lines (``employee_id`` and `FIELDS`), and the faults (``employee_id``, ``field``, ``reason``): whoever has no desk has no line;
        a foreign bank account, and an approver whose own line has no number, are left out.
    """
    people = roster[roster["in_scope"] & roster["employment"].isin(["active", "leave"])].reset_index(drop=True)
    desk = evaluate(rules.desk, people)
    bank = evaluate(rules.bank, people) if rules.bank else pd.Series(np.nan, index=people.index, dtype="str")
    approver = chain.approver_of(people["employee_id"])
    wanting = {
        ("desk", "no_desk"): desk.isna(),
        ("bank", "bank_abroad"): bank.notna() & ~bank.str.startswith("SE", na=False),
        ("approver_no", "no_approver_there"): approver.str.startswith("~", na=False),
    }
    (no_desk, abroad, unnamed) = wanting.values()
    desired = pd.DataFrame(
        {
            "employee_id": people["employee_id"],
            "staff_no": people["employee_id"],
            "given": people["first_name"],
            "family": people["last_name"],
            "mail": people["email"],
            "approver_no": approver.mask(unnamed),
            "desk": desk,
            "active": "true",
            "bank": bank.mask(abroad),
        }
    ).astype("str")
    faults = [
        pd.DataFrame({"employee_id": people.loc[at, "employee_id"], "field": name, "reason": why}) for (name, why), at in wanting.items()
    ]
    return desired[~no_desk].reset_index(drop=True), pd.concat(faults, ignore_index=True).astype("str")


def placed(roster: pd.DataFrame, rule: Rule, words: Sequence[str], part: str) -> pd.DataFrame:
    """Where everyone who works here belongs, as one book sees it (`roster.parts.PLACED`)."""
    people = roster[works(roster)]
    word = evaluate(rule, people)
    known = word.isin(list(words))
    place = pd.Series("book_unknown", index=people.index, dtype="str").mask(known, ELSEWHERE).mask(word.eq(part), HERE)
    books = word.map({one: json.dumps([part_name(NAME, one)]) for one in words}).astype("str").fillna("[]")
    columns = (people["employee_id"], place, books, word.mask(known), pd.Series(pd.NA, index=people.index, dtype="str"))
    return pd.DataFrame(dict(zip(PLACED, columns, strict=True))).reset_index(drop=True).astype("str")
