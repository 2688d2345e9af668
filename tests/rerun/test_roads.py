"""By every road the same comes of the same people, refusals and several requests included; also after a kill, wherever that strikes."""

import copy
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from destinations import engine
from destinations.delivery import Write
from destinations.expensify.roads import names
from destinations.expensify.roads.download import PublishedFolder
from resources.failures import Failed, Permanent
from resources.ledger import Ledger
from sandbox.server import Sandbox
from tests import syncing
from tests.rerun.kills import KILLED, distinct, dying_at, in_a_process, instrument, noting
from tests.roads import ROADS, Roads
from tests.soak import CASES, WHOLE, tenth
from tests.unit.roster.frames import person, roster

POLICY = "5E00000000000001"
ROWS = [person(f"E{number}", extra_policy=POLICY, manager_id="E1" if number > 1 else None, first_name="Åsa & Öl") for number in range(1, 5)]
PEOPLE = roster(*ROWS)
RUN = "run-1"
REFUSED = {"E3": "Invalid manager email address 'manager@domain '"}
LAID = ("sftp", "download")


@dataclass
class Company:
    """Four people before their first sync, by one road; Expensify skips one of them."""

    box: Sandbox
    roads: Roads
    root: Path
    road: str
    empty: dict[str, Any]

    def __post_init__(self) -> None:
        settings = {"connection": {"chunk_bytes": 500, "timeout": 20}, "feed": {"policyID": "extra_policy"}}
        self.settings = {**settings, "delivery": self.roads.settings(self.road)}

    def begin(self) -> None:
        """Nobody is at Expensify, nothing lies anywhere, and a plan is in the ledger."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        for file in self.roads.lying():
            file.unlink()
        self.box.heal()
        self.box.box.state = copy.deepcopy(self.empty)
        self.box.fault(job="update employees", times=None, refuse=REFUSED)
        # The ledger with the plan, once there is one: making one takes longer than all the rest.
        planned = self.root.with_name(f"{self.root.name} planned") / "ledger.db"
        if planned.exists():
            shutil.copyfile(planned, self.root / "ledger.db")
            return
        with self.ledger() as ledger:
            night = syncing.Company(self.box, ledger, self.settings).planned(*ROWS, dry_run=False)
        self.adapter, self.access, self.desired = night.adapter, night.access, night.drawn.desired
        self.plan, self.told = night.plan, night.drawn.acknowledgements
        planned.parent.mkdir()
        shutil.copyfile(self.root / "ledger.db", planned)

    def ledger(self) -> Any:
        return Ledger.open(str(self.root / "ledger.db"), "acme")

    def sync(self) -> dict[str, Any]:
        """Ask, write, read back, as the steps of a run do; again, it is what a re-execution does."""
        with self.ledger() as ledger:
            asked = self.adapter.dry_run(self.access, ledger, self.plan)
            between = [self.bytes_lying()]
            write = Write("expensify", RUN, RUN, self.plan, self.told, 1, None)
            said = engine.write(self.adapter, self.access, ledger, write)
            between.append(self.bytes_lying())
            found = engine.landed(self.adapter, self.access, ledger, self.plan, RUN, self.desired, PEOPLE)
            table = found.outcomes.set_index("person")
            table = table[table.index.str.startswith("E")]  # without the admins that are there
            requests = [one["people"] for one in ledger.deliveries.requests("expensify", RUN)]
        return {
            "would refuse": asked.would_refuse,
            "dry run's requests": asked.requests,
            "disagreements": [*asked.disagreements, *said],
            "outcomes": dict(table["outcome"]),
            "landed": dict(table["landed"].fillna("")),
            "requests": requests,
            "lying": between,
        }

    def bytes_lying(self) -> list[str]:
        """In the order in which they were laid there."""
        return [file.read_text() for file in sorted(self.roads.lying(), key=lambda file: file.stat().st_mtime_ns)]

    def killed_at(self, reached: Any) -> Any:
        """A sync in a process of its own."""

        def work() -> Any:
            boundaries: list[Any] = []
            instrument(reached or noting(boundaries), removals=True)
            self.sync()
            return boundaries

        return in_a_process(work, self.root / "left.json")

    def members(self) -> dict[str, Any]:
        return copy.deepcopy(self.box.state["expensify"]["policies"][POLICY]["members"])

    def written(self) -> list[int]:
        """How many people each real request brought."""
        return [call["people"] for call in self.box.calls if call["write"]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    root = tmp_path_factory.mktemp("roads")
    before = dict(os.environ)
    os.environ["EXPENSIFY_SECRET"] = "demo-secret"
    with Sandbox(switches={"expensify_rate_limits": False}) as box, Roads(root / "world") as roads:
        empty = copy.deepcopy(box.box.state)
        yield {road: Company(box, roads, root / road, road, empty) for road in ROADS}.__getitem__
    os.environ.clear()
    os.environ.update(before)


def clean(company: Company) -> dict[str, Any]:
    company.begin()
    return {**company.sync(), "members": company.members(), "written": company.written()}


def test_all_three_roads_have_the_same_outcomes_and_leave_nothing_lying(place: Any) -> None:
    found, lying = {}, {}
    for road in ROADS:
        found[road] = clean(place(road))
        lying[road] = found[road].pop("lying")
        assert place(road).roads.lying() == [], "it was read back"
    assert found["sftp"] == found["download"] == found["request"]
    assert [found["request"][part] for part in ("dry run's requests", "requests", "disagreements")] == [2, [2, 2], []]
    assert set(found["request"]["would refuse"]) == {"E3"}
    assert found["request"]["outcomes"] == {f"E{number}": "refused" if number == 3 else "created" for number in range(1, 5)}
    asked, written = lying["download"]
    assert lying == {"request": [[], []], "sftp": [asked, written], "download": [asked, written]}
    assert (len(asked), written) == (2, asked * 2), "the dry run's bytes are the write's"


@pytest.mark.long(held_by="tests/rerun/test_roads.py::test_all_three_roads_have_the_same_outcomes_and_leave_nothing_lying")
@pytest.mark.parametrize("road", LAID)
def test_a_feed_stays_until_reading_back_shows_what_it_was_to_bring(place: Any, road: str) -> None:
    company = place(road)
    company.begin()
    company.box.switch(expensify_lag_reads=1)
    try:
        company.sync()
        assert len(company.roads.lying()) == 4, "what was sent is not to be seen yet"
    finally:
        company.box.switch(expensify_lag_reads=0)
    with company.ledger() as ledger:
        look = (company.adapter, company.access, ledger, company.plan, RUN, company.desired, PEOPLE)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FEED_PASSWORD", "wrong")
            patch.setattr(PublishedFolder, "remove", refusing)
            engine.landed(*look)
        assert len(company.roads.lying()) == 4, "a sync does not fail for that"
        engine.landed(*look)
    assert company.roads.lying() == []


def refusing(*_: Any) -> None:
    raise Permanent("The folder in which the feed is published may not be written by this user.")


@pytest.mark.long(held_by="tests/rerun/test_roads.py::test_all_three_roads_have_the_same_outcomes_and_leave_nothing_lying")
@pytest.mark.parametrize(
    ("road", "code", "said"), [("sftp", 401, True), ("download", 410, True), ("sftp", 500, False), ("download", 410, False)]
)
def test_true_report_a_feed_that_expensify_cannot_fetch_refuses_nobody_and_is_sent_the_next_time(
    place: Any, road: str, code: int, said: bool
) -> None:
    company = place(road)
    company.begin()
    company.box.switch(expensify_unfetched_code=code, expensify_unfetched_words=said)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sandbox.expensify.fetched", unfetched)
        with company.ledger() as ledger, pytest.raises(Failed) as told:
            engine.write(company.adapter, company.access, ledger, Write("expensify", RUN, RUN, company.plan, company.told, 1, None))
    company.box.switch(expensify_unfetched_code=410, expensify_unfetched_words=True)
    assert ("could not fetch the feed" in str(told.value)) == said
    with company.ledger() as ledger:
        answers = ledger.deliveries.answers("expensify", RUN)
    assert set(answers["status"]) <= {"unknown"}
    found = company.sync()
    assert found["outcomes"] == {f"E{number}": "refused" if number == 3 else "created" for number in range(1, 5)}
    assert company.roads.lying() == []


def unfetched(source: str, credentials: Any) -> str:
    from sandbox.fetching import UnfetchedError

    raise UnfetchedError("HTTP 403")


def kinds(boundaries: Sequence[tuple[str, int]], number: int) -> set[tuple[str, ...]]:
    """What a boundary is an example of: what happens there, in the dry run, in the write, or after it."""
    asked = sum("POST" in name for name, _ in boundaries[:number])
    what = re.sub(r"rollcall-acme-[\w-]+\.json", "a feed", re.sub(r"(?<=(?:to|of) )\S*/", "", boundaries[number][0]))
    return {(what,), ("the dry run" if asked < 4 else "the write" if asked < 8 else "reading back",)}


@pytest.mark.long(held_by="tests/rerun/test_kills.py::test_rerun_after_a_kill_in_either_write_of_a_sync_it_ends_as_one_clean_sync")
@pytest.mark.exhaustive("kills at a boundary of a feed's road")
@pytest.mark.parametrize("road", LAID)
def test_rerun_after_a_kill_at_any_boundary_of_a_road_ends_as_one_clean_sync(place: Any, road: str, record_property: Any) -> None:
    company, wrong = place(road), []
    expected = clean(company)
    company.begin()
    boundaries = [tuple(one) for one in company.killed_at(None)]
    chosen = range(len(boundaries)) if WHOLE else tenth(distinct(boundaries), lambda number: kinds(boundaries, number))
    for number in chosen:
        company.begin()
        assert company.killed_at(dying_at(number)) is KILLED
        unknown = [file.name for file in company.roads.lying() if names.read(file.name, "acme") is None]
        found = {**company.sync(), "members": company.members()}
        parts = ("would refuse", "outcomes", "landed", "members")
        differing = [part for part in parts if found[part] != expected[part]]
        left = [file.name for file in company.roads.lying()]
        if unknown or differing or left or sum(company.written()) > sum(expected["written"]) + 2:
            wrong.append((boundaries[number][0], unknown, differing, left, company.written()))
    record_property(CASES, len(chosen))
    assert not wrong, wrong
