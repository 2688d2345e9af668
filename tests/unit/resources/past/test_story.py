"""What the rules make of somebody's row, as their story tells it."""

import pandas as pd

from resources.past.story import standing_by

ROSTER = pd.DataFrame(
    {"employee_id": ["1", "12"], "employment": ["leave", "active"], "in_scope": [True, False], "formerly": [None, '["2", "7"]']}
).astype({"employee_id": "str", "formerly": "str"})


def test_either_number_of_a_person_tells_the_other() -> None:
    assert standing_by(ROSTER, "12") == "active, out of scope, had the number 2 and 7 before"
    assert standing_by(ROSTER, "2") == standing_by(ROSTER, "7") == "has the number 12 now"
    assert standing_by(ROSTER, "1") == "leave, in scope"
    assert standing_by(ROSTER, "99") is None


def test_without_pairs_or_a_stored_roster_nothing_is_said_of_numbers() -> None:
    assert standing_by(ROSTER.drop(columns="formerly"), "12") == "active, out of scope"
    assert standing_by(None, "12") is None
