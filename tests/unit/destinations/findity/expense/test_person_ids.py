"""Which personId is whose: by an address that is one person's alone, else nobody's."""

import pandas as pd
import pytest

from destinations.findity.expense.answers import Target
from destinations.findity.expense.person_ids import completed


def target(person, email, kind="PERSON"):
    return Target(person, "", "", email, kind)


def ids(users, *targets):
    frame = pd.DataFrame(users, columns=["email", "personId"], dtype="str")
    whole = completed(frame, targets)
    assert whole["personId"].dtype == frame["personId"].dtype
    return [None if pd.isna(one) else one for one in whole["personId"]]


def test_an_address_finds_its_person_whatever_its_case_and_however_often_it_is_there():
    found = [target("p1", "Emma@acme.example"), target("p1", "emma@acme.example", "EMPLOYEE"), target("p9", "bo@acme.example")]
    assert ids([("EMMA@acme.example", None), ("cia@acme.example", None)], *found) == ["p1", None]


def test_what_the_list_shows_stays():
    assert ids([("emma@acme.example", "p0")], target("p1", "emma@acme.example")) == ["p0"]


@pytest.mark.parametrize(
    ("users", "targets"),
    [
        ([("emma@acme.example", None)], [("p1", "emma@acme.example"), ("p2", "emma@acme.example")]),
        ([("emma@acme.example", None)], [("p1", "emma@acme.example"), ("p1", "bo@acme.example")]),
        ([("emma@acme.example", None), ("Emma@acme.example", None)], [("p1", "emma@acme.example")]),
        ([("emma@acme.example", None), ("bo@acme.example", "p1")], [("p1", "emma@acme.example")]),
        ([(None, None)], [("p1", "")]),
        ([("emma@acme.example", None)], []),
    ],
)
def test_who_may_be_somebody_else_is_nobody(users, targets):
    assert [one for (_, known), one in zip(users, ids(users, *(target(*one) for one in targets)), strict=True) if known is None] == [
        None for _, known in users if known is None
    ]
