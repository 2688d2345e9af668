"""What a ledger that was lost knew, and the older one in its place does not, is seen by what carries HR's numbers."""

import pandas as pd

from roster.plan import restored


def text(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


def test_true_report_an_account_with_hrs_number_is_known_or_has_been_left_out_before() -> None:
    people = pd.DataFrame(
        {
            "employee_id": text("1", "2", "3", "4", "5"),
            "account": text("a", "b", "c", None, "e"),
            "matched_by": text("number", "number", "number", "number", "email"),
        }
    )
    assert restored.unremembered(people, text("1"), text("3")) == ["2"]


def test_true_report_active_accounts_that_nobody_knows_count_if_their_number_is_like_hrs() -> None:
    accounts = pd.DataFrame(
        {
            "account": text("a", "b", "c", "d", "e"),
            "number": text("E1042", "E1043", "consultant-1", None, "E1044"),
            "active": [True, True, True, True, False],
        }
    )
    people = pd.DataFrame({"account": text("a", "b", "c", "d", "e"), "reason": text(None, *["not_in_hr"] * 4)})
    assert restored.like_hrs(people, accounts, text("E1042", "E2000")) == 1
    assert restored.like_hrs(people, accounts, text("1", "2")) == 0
