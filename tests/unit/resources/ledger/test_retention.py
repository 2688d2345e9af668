"""What is old goes with its whole chain of runs; what goes on rests on nothing that is gone."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from resources import places
from resources.ledger import Ledger, retention, tables
from roster.plan.facts import PlanFacts
from roster.plan.outcomes import OutcomeFacts

OLD = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT = datetime(2026, 6, 1, tzinfo=UTC)
PEOPLE = pd.DataFrame(
    {"person": ["1"], "employee_id": ["1"], "matched_by": [None], "action": ["update"], "intended": [None], "kinds": ["role"]}
    | {"reason": [None], "detail": [None]}
)
CHANGES = pd.DataFrame(
    {"person": ["1"], "field": ["role"], "kind": ["role"], "old": ['"user"'], "new": ['"admin"'], "visible": [True], "apply": [True]}
)
REJECTS = pd.DataFrame(
    {"line": [2], "employee_id": ["9"], "column": ["email"], "source": ["Mail"], "code": ["email"], "message": ["No address."]}
)
ANSWERS = pd.DataFrame({"person": ["1"], "status": ["accepted"], "reason": [None], "request": [1]})
OUTCOMES = pd.DataFrame(
    {"person": ["1"], "employee_id": ["1"], "action": ["update"], "outcome": ["updated"], "reason": [None], "landed": ["landed"]}
)
ACKNOWLEDGED = pd.DataFrame({"employee_id": ["1"], "account": ["a@x.example"], "active": [True], "digest": ["d"], "fields": ["{}"]})


def sync(ledger, name, *, began=OLD, root=None, content=None, held=False, applied=False, value='"admin"'):
    """A run that left something in every table."""
    root = root or name
    ledger.runs.begin(name, root, "acme_sync")
    intake = ledger.intakes.take(content or name, f"{name}.csv", 1, modified=None, dated=None, as_of=began.date(), root_run_id=root)
    ledger.intakes.record_gate(intake.number, root, True, {"rows": 1})
    ledger.intakes.record_rejects(intake.number, root, REJECTS, {"rejected": 1})
    ledger.skips.record("expensify", pd.DataFrame({"employee_id": ["9"], "reason": [name]}), began.date(), root)
    ledger.plans.save(
        "expensify", name, root_run_id=root, facts=PlanFacts(number=intake.number), digest=name, accounting_passed=True, gate_passed=True,
        people=PEOPLE, changes=CHANGES.assign(new=value),
    )  # fmt: skip
    with ledger.leases.hold(name) as lease:
        ledger.deliveries.record_answers("expensify", name, ANSWERS, lease)
        ledger.acknowledged.record("expensify", ACKNOWLEDGED, name, lease)
        if applied:
            ledger.applied.mark("expensify", intake.number, None, name, lease)
    ledger.deliveries.record_request("expensify", name, 1, {"bytes": 1})
    ledger.deliveries.record_outcomes("expensify", name, OUTCOMES, OutcomeFacts())
    if held:
        ledger.releases.save_held("expensify", name, f"held {name}", datetime.now(UTC) + timedelta(days=1))
    ledger.runs.end(name, "finished")
    with ledger.engine.execution_options(rollcall_writes=True).begin() as connection:
        for table, column in (("run", "began"), ("run", "ended"), ("plan", "saved_at"), ("gate", "recorded_at")):
            key = {"run": "run_id", "plan": "plan_run_id", "gate": "root_run_id"}[table]
            told = tables.metadata.tables[table]
            connection.execute(sa.update(told).where(told.c[key] == (root if table == "gate" else name)).values({column: began}))
    return name


def rows(ledger, of=None):
    """Table → rows, of a company."""
    with ledger.engine.begin() as connection:
        counted = {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(table).where(table.c.company == (of or ledger.company))
            ).scalar()
            for name, table in tables.metadata.tables.items()
        }
    return {name: count for name, count in counted.items() if count}


def purge(ledger, keep=(), **options):
    return ledger.retention.purge(ledger.retention.over(LIMIT, {*ledger.retention.in_use(), *keep}), LIMIT, **options)


def test_every_table_says_what_becomes_of_its_rows():
    listed = [table.name for table in (*retention.OF_PLAN, *retention.OF_ROOT)] + list(retention.BY_AGE) + list(retention.KEPT)
    assert not set(tables.metadata.tables) - set(listed), "say in resources.ledger.retention what becomes of this table's rows"
    assert len(listed) == len(set(listed)), "a table is in two of the lists"


def test_the_guide_names_every_table_that_is_kept_for_ever():
    guide = (places.PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = guide.split("### Kept for ever")[1].split("\n## ")[0].splitlines()
    assert {name for row in rows if row.startswith("| `") for name in re.findall(r"`(\w+)`", row.split("|")[1])} == set(retention.KEPT)


def test_an_old_run_goes_and_what_goes_on_stays(ledger):
    sync(ledger, "old")
    sync(ledger, "new", began=datetime.now(UTC))
    alone = rows(ledger)
    deleted = purge(ledger)
    assert set(deleted) >= {"plan", "plan_person", "plan_change", "gate", "reject", "disposition", "intake_run", "run", "answer", "request"}
    assert set(deleted) >= {"outcome", "outcome_count", "skip_run"}
    after = rows(ledger)
    assert {name: alone[name] - after.get(name, 0) for name in alone if alone[name] != after.get(name, 0)} == deleted
    assert ledger.runs.all()["run_id"].tolist() == ["new"]
    assert set(ledger.acknowledged.all("expensify")["employee_id"]) == {"1"}
    assert ledger.acknowledged.epoch("expensify") == 2


def test_rerun_an_old_content_is_recognised_after_its_run_is_gone(ledger):
    sync(ledger, "old", content="the same bytes")
    sync(ledger, "new", began=datetime.now(UTC))
    purge(ledger)
    again = ledger.intakes.take("the same bytes", "again.csv", 1, modified=None, dated=None, as_of=date(2026, 11, 1), root_run_id="third")
    assert (again.number, again.seen_before) == (1, True)


def test_nothing_is_left_to_delete_the_second_time(ledger):
    sync(ledger, "old")
    sync(ledger, "new", began=datetime.now(UTC))
    assert purge(ledger)
    assert purge(ledger) == {}


def test_a_dry_run_counts_the_same_and_deletes_nothing(ledger):
    sync(ledger, "old")
    sync(ledger, "new", began=datetime.now(UTC))
    before = rows(ledger)
    told = purge(ledger, dry_run=True)
    assert rows(ledger) == before
    assert told == purge(ledger)


def test_a_chain_stays_as_long_as_its_youngest_run(ledger):
    sync(ledger, "first")
    sync(ledger, "again", began=datetime.now(UTC), root="first", content="first")
    sync(ledger, "new", began=datetime.now(UTC))
    assert purge(ledger) == {}


@pytest.mark.parametrize("use", ["newest plan", "applied", "held", "alive", "writing", "told"])
def test_no_old_run_goes_while_something_rests_on_it(ledger, use):
    sync(ledger, "old", held=use == "held", applied=use == "applied")
    ledger.runs.begin("new", "new", "acme_preview")
    if use != "newest plan":
        sync(ledger, "planned", began=datetime.now(UTC))
    if use == "alive":
        ledger.heartbeats.beat("old")
    if use == "writing":
        with ledger.leases.hold("old"):
            assert purge(ledger) == {}
        return
    assert "plan" not in purge(ledger, keep={"old"} if use == "told" else ())
    assert ledger.plans.verdict("expensify", "old")


def test_the_gates_word_on_what_was_last_applied_stays_also_after_a_release(ledger):
    """A release plans under a run of its own; the export's gate is another's."""
    sync(ledger, "old", content="bytes")
    ledger.runs.begin("release", "release", "acme_release")
    ledger.plans.save(
        "expensify", "release", root_run_id="release", facts=PlanFacts(number=1), digest="r", accounting_passed=True, gate_passed=True,
        people=PEOPLE, changes=CHANGES,
    )  # fmt: skip
    assert purge(ledger) == {}
    assert ledger.intakes.gate("old").passed


def test_rerun_the_run_that_took_in_the_file_of_the_newest_plan_stays(ledger):
    """A release draws its plan from the roster that another run stored."""
    sync(ledger, "old")
    sync(ledger, "newer", began=datetime.now(UTC))
    assert "old" not in ledger.retention.in_use()
    ledger.plans.save(
        "expensify", "release", root_run_id="release", facts=PlanFacts(number=2, taken_in="old"),
        digest="r", accounting_passed=True, gate_passed=True, people=PEOPLE, changes=CHANGES,
    )  # fmt: skip
    assert "old" in ledger.retention.in_use()
    assert "plan" not in purge(ledger)


def test_a_skip_that_lasts_stays_and_one_that_ended_long_ago_goes(ledger):
    sync(ledger, "old")
    sync(ledger, "older skip ends", began=OLD)
    sync(ledger, "new", began=datetime.now(UTC))
    purge(ledger)
    # "old" was closed in January; "older skip ends" by the newest run, today.
    assert set(ledger.skips.all()["reason"]) == {"older skip ends", "new"}


def test_another_companys_rows_stay(ledger, url):
    with Ledger.open(url, "beta") as other:
        sync(other, "theirs")
        sync(other, "their newest", began=datetime.now(UTC))
        sync(ledger, "ours")
        sync(ledger, "our newest", began=datetime.now(UTC))
        before = rows(ledger, "beta")
        purge(ledger)
        assert rows(ledger, "beta") == before
        assert purge(other)


@pytest.mark.usefixtures("leaving_bytes")
def test_quiet_what_was_deleted_is_in_no_file_of_the_database(ledger):
    if ledger.engine.dialect.name != "sqlite":
        pytest.skip("Postgres does so when it vacuums")
    sync(ledger, "old", value='"a value that goes"')
    sync(ledger, "new", began=datetime.now(UTC))
    folder = Path(ledger.engine.url.database).parent

    def found():
        return any(b"a value that goes" in file.read_bytes() for file in folder.iterdir() if not file.name.endswith("-shm"))

    assert found()
    purge(ledger)
    assert not found()
