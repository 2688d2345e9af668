"""A sync that is killed with SIGKILL, wherever that strikes, ends as one clean sync once it is recovered and re-executed from failure.

A soak kills a sync at each boundary. Else one sync stands still at each of some boundaries, the last of which kills it: what is on the disk
then, and there, is what a kill at that instant leaves.
"""

import json
import os
import random
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from assets.runs import recovery
from tests.rerun.conftest import Night, World, accepted, nights, states
from tests.rerun.kills import KILLED, distinct, dying_at, in_a_process, kinds, standing_still, standing_still_at
from tests.soak import CASES, WHOLE, tenth

SEED = 20261121
MOMENTS = 200
PROCESSES = 2
"""Nights at a time, each with a sandbox of its own."""

DIED = recovery.DIED.partition(".")[0]

Kill = Callable[[Night, Path], Any]
"""Brings a night that was begun to where its sync was killed."""
Kills = Callable[[Night, Path], Iterable[tuple[str, Kill]]]
"""Gives kills by name, for nights that are begun in that folder."""


def at(number: int) -> Kill:
    def kill(night: Night, left: Path) -> None:
        assert in_a_process(lambda: night.sync(dying_at(number)), left) is KILLED, "it was not killed"

    return kill


def after(seconds: float) -> Kill:
    return lambda night, left: in_a_process(night.sync, left, dies_after=seconds)


def one_night(night: Night, folder: Path, kill: Kill) -> list[str]:
    """What is not as after one clean run once the killed one was recovered and re-executed."""
    clean = night.world.clean
    with night.begun(folder):
        kill(night, folder / "killed.json")
        with night.acme.ledger() as ledger:
            begun = list(ledger.runs.all()["root_run_id"])[night.world.runs :]
            acknowledged = accepted(ledger, begun[0]) if begun else set()
        since = len(night.written)
        left = in_a_process(night.recovered, folder / "recovered.json")
        # A process that died before it could say that it had begun was no attempt, and one that had finished was the last.
        told, stopped = left.pop("earlier"), left.pop("again") and bool(begun)
        found = {**left, **states(night.box)}
        wrong = [f"{part}: {differing(found[part], clean[part])}" for part in found if found[part] != clean[part]]
        if told != ([DIED] if stopped else []):
            wrong.append(f"the report says of the killed attempt: {told}")
        if again := acknowledged & set(night.written[since:]):
            wrong.append(f"acknowledged and written again: {sorted(again)}")
        if missed := set(clean["written"]) - set(night.written):
            wrong.append(f"never written: {sorted(missed)}")
        return wrong


def differing(found: Any, clean: Any) -> str:
    """The parts of two dicts or lists that differ."""
    if isinstance(found, list) and isinstance(clean, list):
        return f"{[one for one in found if one not in clean]} instead of {[one for one in clean if one not in found]}"
    if not (isinstance(found, dict) and isinstance(clean, dict)):
        return f"{found} instead of {clean}"
    return "; ".join(f"{key}: {differing(found.get(key), clean.get(key))}" for key in {*found, *clean} if found.get(key) != clean.get(key))


def wrong_nights(world: World, shares: Sequence[Kills]) -> dict[str, list[str]]:
    """Name of the kill → what was wrong afterwards. Each share has a process of its own."""
    running = []
    for number, kills in enumerate(shares):
        result = world.root / f"worker {number}.json"
        child = os.fork()
        if child == 0:
            try:
                result.write_text(json.dumps(dict(_worked(world, kills, result.with_suffix("")))))
                os._exit(0)
            finally:
                os._exit(1)
        running.append((child, result))
    wrong: dict[str, list[str]] = {}
    for child, result in running:
        _, status = os.waitpid(child, 0)
        assert status == 0, status
        wrong |= json.loads(result.read_text())
    return wrong


def _worked(world: World, kills: Kills, folder: Path) -> list[tuple[str, list[str]]]:
    found = []
    with nights(world) as night:
        for name, kill in kills(night, folder):
            try:
                wrong = one_night(night, folder, kill)
            except AssertionError as error:
                wrong = [str(error)]
                shutil.rmtree(folder, ignore_errors=True)
            if wrong:
                found.append((name, wrong))
    return found


def shared_out(kills: Sequence[tuple[str, Kill]]) -> list[Kills]:
    return [lambda *_, share=kills[number::PROCESSES]: share for number in range(PROCESSES)]


def named(number: int, world: World) -> str:
    return f"{number}, {world.boundaries[number][0]}"


def in_one_night(world: World, boundaries: Sequence[int]) -> Kills:
    """As if it had been killed at each boundary, by one sync that stands still there and is killed at the last."""

    def kills(night: Night, folder: Path) -> list[tuple[str, Kill]]:
        with night.begun(folder):
            process = standing_still(lambda: night.sync(standing_still_at(boundaries)), folder / "killed.json")
            left = [night.so_far(folder) for _ in process]
        assert len(left) == len(boundaries)
        return [
            (named(number, world), lambda night, _, one=one: night.put_back(one, folder))
            for number, one in zip(boundaries, left, strict=True)
        ]

    return kills


def told(wrong: dict[str, list[str]]) -> str:
    return json.dumps(wrong, indent=1)[:8000]


IN_A_WRITE = [(f"{name}/sync_result", "after", "a request") for name in ("expensify", "findity")]
"""Where a kill costs most: a destination has what was sent to it, and nobody has noted that."""


def test_rerun_after_a_kill_in_either_write_of_a_sync_it_ends_as_one_clean_sync(world: World) -> None:
    found = [kinds(world.boundaries, number) for number in range(len(world.boundaries))]
    wrong = wrong_nights(world, [in_one_night(world, [next(at for at, of in enumerate(found) if one in of) for one in IN_A_WRITE])])
    assert not wrong, told(wrong)


@pytest.mark.long(held_by="tests/rerun/test_kills.py::test_rerun_after_a_kill_in_either_write_of_a_sync_it_ends_as_one_clean_sync")
@pytest.mark.exhaustive("kills at a boundary of a sync")
def test_rerun_after_a_kill_at_any_boundary_of_a_sync_ends_as_one_clean_sync(world: World, record_property: Any) -> None:
    """In a soak at every single one; else at some of those that leave something else behind, of every kind."""
    boundaries = world.boundaries
    chosen = range(len(boundaries)) if WHOLE else tenth(distinct(boundaries), lambda number: kinds(boundaries, number))
    if WHOLE:
        shares = shared_out([(named(number, world), at(number)) for number in chosen])
    else:
        shares = [in_one_night(world, chosen[number::PROCESSES]) for number in range(PROCESSES)]
    wrong = wrong_nights(world, shares)
    record_property(CASES, len(chosen))
    assert not wrong, told(wrong)


@pytest.mark.exhaustive("kills at a moment of a sync")
@pytest.mark.skipif(not WHOLE, reason="`make soak` runs it: it takes minutes")
def test_rerun_after_a_kill_at_any_moment_of_a_sync_ends_as_one_clean_sync(world: World, record_property: Any) -> None:
    chance = random.Random(SEED)
    moments = sorted(chance.uniform(0, 1.1 * world.took) for _ in range(MOMENTS))
    wrong = wrong_nights(world, shared_out([(f"after {seconds:.3f} s", after(seconds)) for seconds in moments]))
    record_property(CASES, len(moments))
    assert not wrong, told(wrong)
