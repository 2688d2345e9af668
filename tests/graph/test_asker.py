"""Who asks is who has signed on, where the run carries it; what is typed counts where nobody has."""

from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from assets.asker import ASKED_TAG, REEXECUTED_TAG, asker

KIM, LAUNCHED = {ASKED_TAG: "kim"}, {ASKED_TAG: "kim", REEXECUTED_TAG: "anna"}


def letting(typed: str | None) -> dict[str, Any]:
    config = {"accept": ["rows", "fill"], "reason": "sold"} | ({} if typed is None else {"accepted_by": typed})
    return {"ops": {"acme__hr__intake": {"config": config}}}


def half(acme: Any) -> None:
    acme.file("2026-11-21", dict(list(acme.people().items())[:6]))


def test_who_releases_is_who_has_signed_on_and_cannot_be_typed_over(held: Any) -> None:
    acme = held(expensify=None)
    with acme.ledger() as ledger:
        digest = ledger.plans.verdict("findity", acme.first.run_id).held_digest
    nobody = acme.quickly("release", digest=digest, reason="looked through")
    assert "Fill in released_by and reason." in nobody.message
    released = acme.quickly("release", tags=KIM, digest=digest, released_by="anna", reason="looked through")
    assert released.succeeded, released
    with acme.ledger() as ledger:
        assert ledger.releases.held(digest).released_by == "kim"


@pytest.mark.parametrize(("tags", "typed", "by"), [(KIM, "anna", "kim"), (KIM, None, "kim"), ({}, "anna", "anna")])
def test_who_lets_a_file_pass_is_who_has_signed_on_and_cannot_be_typed_over(synced: Any, tags: Any, typed: Any, by: str) -> None:
    acme = synced()
    half(acme)
    passed = acme.quickly("preview", tags=tags, **letting(typed))
    with acme.ledger() as ledger:
        assert ledger.intakes.gate(passed.run_id).facts["accepted"]["by"] == by
    assert acme.checks(passed)["hr/roster: gate"].description.endswith(f"{by} let pass rows: sold")


@pytest.mark.parametrize(
    ("tags", "typed", "by", "told"),
    [(KIM, "anna", "kim", 1), (KIM, "kim", "kim", 0), (KIM, " ", "kim", 0), ({}, "anna", "anna", 0), ({}, "", "", 0)],
)
def test_quiet_whoever_types_somebody_else_is_told_so_and_nobody_is_named(tags: Any, typed: str, by: str, told: int) -> None:
    said: list[str] = []
    context: Any = SimpleNamespace(run=SimpleNamespace(tags=tags), log=SimpleNamespace(info=said.append))
    assert asker(context, typed) == by
    assert said == ["Who asks is who has signed on: what was typed for it counts for nothing."] * told


def test_a_reexecution_from_a_terminal_keeps_who_asked_and_not_who_had_gone_on_before(synced: Any) -> None:
    acme = synced()
    half(acme)
    failed = acme.run("preview", tags=LAUNCHED)
    assert not failed.succeeded
    again = acme.again(failed)
    with dg.DagsterInstance.get() as instance:
        tags = instance.get_run_by_id(again.run_id).tags
    assert tags[ASKED_TAG] == "kim"
    assert REEXECUTED_TAG not in tags
