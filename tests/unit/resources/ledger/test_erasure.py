"""Everything of one person is found and goes, whatever table it is in; everybody else's stays."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from resources.ledger import Ledger, tables
from resources.ledger.decisions import Decision
from resources.ledger.mentions import PERSON, Who, about, text_without, without
from resources.ledger.people import QUOTING
from roster.plan.facts import PlanFacts
from roster.plan.outcomes import OutcomeFacts

PEOPLE = pd.DataFrame(
    {"person": ["E1", "E2"], "employee_id": ["E1", "E2"], "matched_by": ["number"] * 2, "action": ["update"] * 2}
    | {"intended": [None] * 2, "kinds": ["manager"] * 2, "reason": [None] * 2, "detail": [None] * 2}
)
CHANGES = pd.DataFrame(
    [
        ["E1", "email", "email", '"old.ada@x.example"', '"Ada@x.example"'],
        ["E1", "managerEmail", "manager", None, '"bo@x.example"'],
        ["E2", "managerEmail", "manager", '"ADA@x.example"', '"bo@x.example"'],
        ["E2", "approverIds", "manager", '["E1","E3"]', '["E1"]'],
        ["E2", "organizationalUnitId", "unit", '"E1"', '"E2"'],
    ],
    columns=["person", "field", "kind", "old", "new"],
).assign(visible=True, apply=True)
REJECTS = pd.DataFrame(
    {"line": [2, 3], "employee_id": ["E1", "E2"], "column": ["email"] * 2, "source": ["Mail"] * 2, "code": ["email"] * 2}
    | {"message": ["No address."] * 2}
)
THINGS = pd.DataFrame(
    [
        ["approvers/COST/1", "approvers", "COST 1", "change", "E1 up to 500, then E3", "E3"],
        ["approvers/COST/2", "approvers", "COST 2", "change", None, "E2"],
    ],
    columns=["thing", "kind", "name", "action", "old", "new"],
).assign(apply=True, reason=None, detail=None, digest="d")
PLAN = PlanFacts.from_json(
    {
        "number": 1,
        "actions": {"update": 2},
        "repairs": [{"employee_id": "E1", "repair": "cycle"}, {"employee_id": "E2", "repair": "left"}],
        "things": {
            "words": {"approvers": "approvers"},
            "repairs": [{"sentence": "E3 approves COST 1 in place of E1."}, {"sentence": "E3 approves COST 2."}],
        },
        "dry_run": {"requests": 1, "would_refuse": {"E1": "no policy", "E2": "no policy"}, "alone": ["E2", "E1"], "in_doubt": ["E1"]},
    }
)
FACTS = {
    "rows": 2,
    "departments": {"E1": 1, "E2": 1},
    "notes": [{"employee_id": "E1", "code": "phone"}, {"employee_id": "E2", "code": "phone"}],
}


@pytest.fixture
def full(ledger):
    """A run that says something of two people in every table that can."""
    ledger.runs.begin("r", "r", "acme_sync")
    ledger.intakes.take("bytes", "f.csv", 1, modified=None, dated=None, as_of=date(2026, 1, 1), root_run_id="r")
    ledger.intakes.record_gate(1, "r", True, FACTS)
    ledger.intakes.record_rejects(1, "r", REJECTS, {"rejected": 2})
    ledger.skips.record("expensify", pd.DataFrame({"employee_id": ["E1", "E2"], "reason": ["left"] * 2}), date(2026, 1, 1), "r")
    states = pd.DataFrame(
        {"event": ["skipped"] * 2, "subject": ["Expensify"] * 2, "employee_id": ["E1", "E2"], "named": True, "detail": ""}
    )
    ledger.alerts.observe(states, {"it": lambda *_: True}, datetime(2026, 1, 1, tzinfo=UTC), settings={"targets": {"it": {}}})
    ledger.plans.save(
        "expensify", "r", root_run_id="r", facts=PLAN, digest="d", accounting_passed=True, gate_passed=True,
        people=PEOPLE, changes=CHANGES, of_things=THINGS,
    )  # fmt: skip
    ledger.visits.note("anna", "person", "E1")
    ledger.visits.note("anna", "person", "E2")
    ledger.decisions.propose("h", [], ["E1", "E2"], "anna", "looked", datetime(2026, 1, 2, tzinfo=UTC))
    ledger.decisions.begin(Decision("f", "release", "h", [], ["E1"], "bert", "looked", datetime(2026, 1, 1, tzinfo=UTC), "r2"))
    ledger.releases.save_held("expensify", "r", "h", datetime(2100, 1, 1, tzinfo=UTC))
    ledger.releases.release("h", "r2", "r2", [], "bert", "looked", ["E1"])
    with ledger.leases.hold("r") as lease:
        answers = {"person": ["E1", "E2"], "status": ["accepted"] * 2, "reason": [None] * 2, "request": [1] * 2}
        went = {"thing": ["approvers/COST/1"], "outcome": ["refused"], "reason": ["E1 is away"], "people": ["E1 E2"]}
        ledger.things.record("expensify", "r", pd.DataFrame(went), lease)
        ledger.deliveries.record_answers("expensify", "r", pd.DataFrame(answers), lease)
        fields = ['{"workerStatus":"Active"}', '{"overLimitApprover":"ada@x.example","workerStatus":"Active","manager_id":"E1"}']
        known = {"employee_id": ["E1", "E2"], "account": ["Ada@x.example", "e2@x.example"], "active": [True] * 2, "digest": ["d"] * 2}
        ledger.acknowledged.record("expensify", pd.DataFrame({**known, "fields": fields}), "r", lease)
    outcomes = {"person": ["E1", "E2"], "employee_id": ["E1", "E2"], "action": ["update"] * 2, "outcome": ["updated"] * 2}
    drift = pd.DataFrame([{"person": "E1", "field": "role"}, {"person": "E2", "field": "role"}])
    ledger.deliveries.record_outcomes(
        "expensify",
        "r",
        pd.DataFrame({**outcomes, "reason": [None] * 2, "landed": ["landed"] * 2}),
        OutcomeFacts(drift=drift),
    )
    return ledger


def told(ledger, company="acme"):
    """Every row of a company, as one text."""
    with ledger.engine.begin() as connection:
        rows = {
            name: [dict(row) for row in connection.execute(sa.select(table).where(table.c.company == company)).mappings()]
            for name, table in tables.metadata.tables.items()
        }
    return json.dumps(rows, default=str)


def test_all_of_a_person_goes(full):
    full.people.forget("E1")
    left = told(full)
    assert "ada@x.example" not in left.lower()
    # A unit that is called as they are numbered, twice: that is nobody.
    assert left.count("E1") == 2
    assert full.people.forget("E1") == {}
    assert full.people.rows_about("E1") == {}
    assert full.runs.about("E1") == []


def test_what_others_have_stays_but_for_the_mention(full):
    before = full.people.rows_about("E2")
    full.people.forget("E1")
    after = full.people.rows_about("E2")
    assert {name: len(rows) for name, rows in after.items()} == {name: len(rows) for name, rows in before.items()}
    changes = {row["field"]: (row["old"], row["new"]) for row in after["plan_change"]}
    assert changes == {
        "managerEmail": (None, '"bo@x.example"'),
        "approverIds": ('["E3"]', "[]"),
        "organizationalUnitId": ('"E1"', '"E2"'),
    }
    (known,) = after["acknowledged"]
    assert (known["fields"], known["account"], known["digest"]) == ('{"workerStatus":"Active"}', "e2@x.example", "d")
    assert full.intakes.gate("r").facts == {"rows": 2, "departments": {"E1": 1, "E2": 1}, "notes": [{"employee_id": "E2", "code": "phone"}]}
    facts = full.plans.verdict("expensify", "r").facts
    assert facts.repairs.to_dict("records") == [{"employee_id": "E2", "repair": "left"}]
    assert facts.dry_run.would_refuse == {"E2": "no policy"}
    assert facts.things.repairs == ("E3 approves COST 2.",)
    things = full.things.of("expensify", "r").set_index("thing").astype("object")
    cells = things.where(things.notna(), None)
    assert tuple(cells.loc["approvers/COST/1", ["old", "new", "answer", "people"]]) == (None, "E3", None, "E2")
    assert tuple(cells.loc["approvers/COST/2", ["old", "new"]]) == (None, "E2")
    assert (facts.dry_run.alone, facts.dry_run.in_doubt) == (("E2",), ())
    assert [one.people for one in full.decisions.proposals("h")] == [["E2"]]
    # Nobody is left of those who were released alone: that is not the same as everyone.
    assert ([one.people for one in full.releases.of("h")], full.decisions.of("f").people) == ([[]], [])
    assert [one.employee_id for one in full.visits.newest(9)] == ["E2"]


def test_every_row_of_a_person_is_found(full):
    found = full.people.rows_about("E1")
    with_person = {name for name, table in tables.metadata.tables.items() if set(PERSON) & set(table.c.keys())}
    assert set(found) >= with_person - {"skip"} | {"skip", "gate", "plan", "outcome_count", "proposal", "decision", "release"}
    assert found["gate"] == [
        {"company": "acme", "root_run_id": "r", "number": 1, "facts": {"notes": [{"employee_id": "E1", "code": "phone"}]}}
    ]
    assert found["plan"][0]["counts"] == {
        "repairs": [{"employee_id": "E1", "repair": "cycle"}],
        "dry_run": {"would_refuse": {"E1": "no policy"}, "alone": ["E1"], "in_doubt": ["E1"]},
        "things": {"repairs": [{"sentence": "E3 approves COST 1 in place of E1."}]},
    }  # fmt: skip
    (thing,) = found["plan_thing"]
    assert (thing["thing"], thing["words"]) == ("approvers/COST/1", {"was": "E1 up to 500, then E3", "becomes": "E3"})
    assert full.people.addresses("E1") == {"ada@x.example", "old.ada@x.example"}
    assert full.people.rows_about("E9") == {}


def test_every_column_that_may_name_somebody_else_than_whose_row_it_is_is_searched():
    """A new column of text says here why no person can be in it."""
    nobody = {
        "accepted_by", "account", "action", "answer", "as_of", "code", "column", "company", "credential", "destination", "detail", "digest",
        "field", "identity", "intended", "job", "kind", "kinds", "landed",
        "event", "failure", "phase", "subject", "target",  # of alerts: words of ours, a destination, a job; a channel's name in the YAML
        "last_root_run", "matched_by", "message", "name", "outcome", "plan_run_id", "reason",
        "record", "root_run_id", "run_id", "sha256", "source", "status",
        "decision", "page", "visit",
        "thing",  # a unit or a value, not a person
    }  # fmt: skip
    for table in tables.metadata.tables.values():
        for column in table.c:
            if isinstance(column.type, sa.Text) and column.name not in PERSON:
                assert column.name in nobody or column.name in QUOTING.get(table.name, ()), f"{table.name}.{column.name}"


def test_another_companys_person_of_the_same_number_stays(full, url):
    with Ledger.open(url, "beta") as other:
        other.skips.record("expensify", pd.DataFrame({"employee_id": ["E1"], "reason": ["left"]}), date(2026, 1, 1), "b")
        before = told(full, "beta")
        full.people.forget("E1")
        assert told(full, "beta") == before


def test_an_address_that_only_the_caller_knows_goes_too(full):
    full.people.forget("E9", {"BO@x.example"})
    assert "bo@x.example" not in told(full)


@pytest.mark.usefixtures("leaving_bytes")
def test_quiet_a_forgotten_address_is_in_no_file_of_the_database(full):
    if full.engine.dialect.name != "sqlite":
        pytest.skip("Postgres does so when it vacuums")
    folder = Path(full.engine.url.database).parent

    def found():
        return any(b"ada@x.example" in file.read_bytes().lower() for file in folder.iterdir() if not file.name.endswith("-shm"))

    assert found()
    full.people.forget("E1")
    assert not found()


@pytest.mark.parametrize(
    ("value", "rest", "theirs"),
    [
        (["E1", "E2"], ["E2"], ["E1"]),
        ([{"person": "E1", "why": "x"}], [], [{"person": "E1", "why": "x"}]),
        ({"E1": "why", "E2": "why"}, {"E2": "why"}, {"E1": "why"}),
        ({"E1": 12}, {"E1": 12}, None),
        ({"code": "E1"}, {"code": "E1"}, None),
        ({"deep": [{"list": ["a@x.example"]}]}, {"deep": [{"list": []}]}, {"deep": [{"list": ["a@x.example"]}]}),
        (12, 12, None),
        (None, None, None),
    ],
)
def test_json_is_parted_in_what_names_somebody_and_the_rest(value, rest, theirs):
    who = Who("E1", frozenset({"a@x.example"}))
    assert without(value, who) == rest
    assert about(value, who) == theirs


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("1001", "manager", None),  # digits alone are a number in JSON, and an employee's here
        ("E1", "manager", "E1"),
        ('["1001","E1"]', "manager", '["E1"]'),
        ("1001", "unit", "1001"),
        ("1001", "limit", "1001"),
    ],
)
def test_whoever_approves_goes_out_of_others_changes_however_a_destination_writes_them(text, kind, rest):
    assert text_without(text, Who("1001"), {"kind": kind}) == rest


def test_a_number_stands_under_the_keys_of_the_destinations_too():
    reply = {"taken": [{"staff_no": "E1", "line": 3}, {"staff_no": "E2", "line": 4}]}
    assert about(reply, Who("E1")) is None
    assert about(reply, Who("E1", numbered=frozenset({"staff_no"}))) == {"taken": [{"staff_no": "E1", "line": 3}]}


def test_times_of_rows_come_with_their_zone(full):
    assert full.people.rows_about("E1")["answer"][0]["recorded_at"].tzinfo == UTC
    assert isinstance(full.people.rows_about("E1")["answer"][0]["recorded_at"], datetime)
