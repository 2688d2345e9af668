"""Fields that no reading shows, compared with what was last acknowledged of them."""

import json

import pandas as pd
import pytest

from roster.digests import digest_column
from roster.plan.write_only import ACKNOWLEDGED_COLUMNS, WriteOnly, acknowledgement, write_only_changes
from roster.records import TAKEN_AWAY
from tests.unit.roster.frames import KEY, acknowledged, stored, texts

FIELDS = ("name", "bank", "limit", "status")
HIDDEN = WriteOnly(FIELDS, kept=("limit", "status"))


def desired(*rows):
    columns = ("employee_id", *FIELDS)
    return texts([dict(zip(columns, row, strict=False)) for row in rows], columns)


def told(frame):
    """The ledger after these values were acknowledged."""
    kept = acknowledgement(frame, HIDDEN, KEY).assign(account=frame["employee_id"], active=True)
    return kept[list(ACKNOWLEDGED_COLUMNS)]


def changes(frame, ledger):
    found = write_only_changes(frame, ledger, HIDDEN, KEY)
    assert not found["visible"].any()
    blank = found.astype(object).where(found.notna(), None)
    return {(row.employee_id, row.field, row.old, row.new) for row in blank.itertuples()}


ANN = ("1", "Ann", "SE45", "100", "Active")


def test_what_was_never_acknowledged_is_all_a_change_with_no_known_old_value():
    assert changes(desired(ANN), acknowledged()) == {
        ("1", "name", None, "Ann"), ("1", "bank", None, "SE45"), ("1", "limit", None, "100"), ("1", "status", None, "Active"),
    }  # fmt: skip


def test_what_was_acknowledged_is_no_change_also_after_storage():
    assert changes(desired(ANN), told(desired(ANN))) == set()
    assert changes(stored(desired(ANN)), stored(told(desired(ANN)))) == set()


def test_a_shown_field_changes_from_its_old_value_and_alone():
    assert changes(desired(("1", "Ann", "SE45", "200", "Active")), told(desired(ANN))) == {("1", "limit", "100", "200")}


def test_a_hidden_field_that_changes_is_told_alone_and_without_an_old_value():
    assert changes(desired(("1", "Ann", "SE99", "100", "Active")), told(desired(ANN))) == {("1", "bank", None, "SE99")}


def test_of_what_an_earlier_version_kept_under_one_digest_all_is_told_when_one_of_it_changes():
    digest = digest_column(desired(ANN)[["name", "bank"]], KEY)[0]
    ledger = told(desired(ANN)).assign(fields=json.dumps({"limit": "100", "status": "Active", "#": digest}))
    assert changes(desired(("1", "Ann", "SE45", "7", "Active")), ledger) == {("1", "limit", "100", "7")}
    assert changes(desired(("1", "Ann", "SE99", "100", "Active")), ledger) == {("1", "name", None, "Ann"), ("1", "bank", None, "SE99")}


def test_where_nothing_was_ever_acknowledged_nothing_is_taken_away():
    assert changes(desired(("1", "Ann", None, TAKEN_AWAY, "Active")), acknowledged()) == {
        ("1", "name", None, "Ann"), ("1", "status", None, "Active"),
    }  # fmt: skip


def test_a_value_that_hr_no_longer_gives_is_not_taken_away():
    assert changes(desired(("1", "Ann", "SE45", None, "Active")), told(desired(ANN))) == set()


@pytest.mark.parametrize(
    "lacking", [("1", "Ann", None, "100", "Active"), ("1", "Ann", "SE45", None, "Active"), ("1", None, None, None, None)]
)
def test_a_value_that_was_left_out_for_some_nights_is_no_change_when_it_is_back(lacking):
    ledger = told(desired(ANN))
    assert changes(desired(lacking), ledger) == set()
    later = acknowledgement(desired(lacking), HIDDEN, KEY, ledger).assign(account="1", active=True)
    assert changes(desired(ANN), later[list(ACKNOWLEDGED_COLUMNS)]) == set()
    assert changes(desired(("1", "Ann", "SE45", "7", "Active")), later) == {("1", "limit", "100", "7")}


def test_a_leaver_who_comes_back_is_told_everything_anew():
    left = texts([dict(zip(ACKNOWLEDGED_COLUMNS, ("1", "1", False, "", "{}"), strict=True))], ACKNOWLEDGED_COLUMNS, active="bool")
    assert len(changes(desired(ANN), left)) == 4


def test_quiet_what_is_kept_holds_no_hidden_value_and_depends_on_the_key():
    kept = acknowledgement(desired(ANN), HIDDEN, KEY)
    assert json.loads(kept["fields"][0]).keys() == {"limit", "status", "#name", "#bank"}
    assert not any(word in kept.to_json() for word in ("Ann", "SE45"))
    other = acknowledgement(desired(ANN), HIDDEN, KEY[::-1])
    assert other["digest"][0] != kept["digest"][0]
    assert json.loads(other["fields"][0])["#name"] != json.loads(kept["fields"][0])["#name"]


def test_a_rule_that_a_company_does_not_have_is_the_same_as_one_that_gives_nothing():
    with_rule, without = desired(("1", "Ann", None, "100", None)), desired(("1", "Ann", None, "100", None)).drop(columns=["bank", "status"])
    pd.testing.assert_frame_equal(acknowledgement(with_rule, HIDDEN, KEY), acknowledgement(without, HIDDEN, KEY))


def test_each_person_is_compared_with_their_own_past():
    people = desired(ANN, ("2", "Bo", "SE1", "5", "Active"), ("3", "Cy", "SE2", "6", "Active"))
    assert changes(people.iloc[::-1], told(people)) == set()
    people.loc[1, "limit"] = "7"
    assert changes(people, told(desired(ANN, ("2", "Bo", "SE1", "5", "Active"), ("3", "Cy", "SE2", "6", "Active")))) == {
        ("2", "limit", "5", "7")
    }


def test_nobody_changes_nothing():
    assert changes(desired(), acknowledged()) == set()
    assert acknowledgement(desired(), HIDDEN, KEY).empty


def test_an_address_in_another_case_is_no_change():
    columns, fields = ("employee_id", "overLimitApprover", "name"), ("overLimitApprover", "name")
    hidden = WriteOnly(fields, kept=fields, addresses=("overLimitApprover",))
    before = texts([{"employee_id": "1", "overLimitApprover": "Boss@acme.example", "name": "ann"}], columns)
    ledger = acknowledgement(before, hidden, KEY).assign(account="a", active=True)
    shouted = before.assign(overLimitApprover="BOSS@ACME.example")
    assert write_only_changes(shouted, ledger, hidden, KEY).empty
    assert write_only_changes(shouted.assign(name="ANN"), ledger, hidden, KEY)["field"].tolist() == ["name"]
