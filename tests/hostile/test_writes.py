"""Every fault at every write of a sync: true while it lasts, and as one clean sync once it is over."""

from itertools import product
from typing import Any

import pytest

from tests.hostile.conftest import nth
from tests.hostile.exchanges import ASKED, FAULTS, WHENS, WRITTEN, clean_again, heals, patience
from tests.soak import chosen

pytestmark = pytest.mark.exhaustive("faults at a write")

STRUCK = [(when, name, call, fault) for when in WHENS for name, calls in WRITTEN.items() for call in calls for fault in FAULTS[name]]
CHUNKS: dict[str, tuple[str, dict[str, Any]]] = {
    "expensify": ("update employees", {"expensify__connection__chunk_bytes": 700}),
    "findity": ("PUT users", {"findity__connection__chunk_size": 2}),
}
"""What makes several requests of a write."""
IN_THE_MIDST = ("503 once", "dropped after applying, always", "429 as status", "no JSON, applied", "403 always")


def kinds_of_write(case: tuple[str, str, str, str]) -> set[object]:
    """Each fault, each write, each night at each destination."""
    when, name, call, fault = case
    return {fault, (name, call), (name, when)}


def kinds_of_chunk(case: tuple[str, int, str]) -> set[object]:
    """Each fault, each place among the chunks of each destination."""
    name, skip, fault = case
    return {fault, (name, skip)}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("when", WHENS)
def test_no_call_of_a_sync_is_left_out_here(prepared: Any, when: str, name: str) -> None:
    calls = [call for call in prepared[when].calls if call["api"] == name]
    assert sorted((*ASKED[name].values(), *WRITTEN[name].values())) == list(range(len(calls)))
    assert [at for at, call in enumerate(calls) if call["write"]] == [*WRITTEN[name].values()]


@pytest.mark.parametrize(("when", "name", "call", "fault"), chosen(STRUCK, kinds_of_write))
def test_a_sync_ends_as_one_clean_sync_whatever_befell_a_write(exchange: Any, when: str, name: str, call: str, fault: str) -> None:
    struck = exchange(when, name, **patience(fault))
    struck.box.fault(**(FAULTS[name][fault] | nth(struck.calls, WRITTEN[name][call])))
    clean_again(struck, heals(struck, struck.attempt()))


@pytest.mark.long(held_by="tests/hostile/test_writes.py::test_a_sync_ends_as_one_clean_sync_whatever_befell_a_write")
@pytest.mark.parametrize(("name", "skip", "fault"), chosen(product(CHUNKS, range(3), IN_THE_MIDST), kinds_of_chunk))
def test_a_chunk_in_the_midst_of_others_is_as_safe(exchange: Any, name: str, skip: int, fault: str) -> None:
    job, settings = CHUNKS[name]
    struck = exchange("night", name, **settings)
    struck.box.fault(**({"api": name, "job": job, "dry_run": False, "skip": skip} | FAULTS[name][fault]))
    attempt = struck.attempt()
    assert struck.box.box.faults[0].seen > skip  # there was such a chunk
    clean_again(struck, heals(struck, attempt))
