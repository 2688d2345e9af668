"""Who asks is who has signed on, where the run carries it; what is typed counts where nobody has."""

from types import SimpleNamespace
from typing import Any

import pytest

from assets.asker import USER_TAG, asker

KIM = {USER_TAG: "kim"}


@pytest.mark.parametrize(
    ("tags", "typed", "by", "told"),
    [(KIM, "anna", "kim", 1), (KIM, "kim", "kim", 0), (KIM, " ", "kim", 0), ({}, "anna", "anna", 0), ({}, "", "", 0)],
)
def test_quiet_whoever_types_somebody_else_is_told_so_and_nobody_is_named(tags: Any, typed: str, by: str, told: int) -> None:
    said: list[str] = []
    context: Any = SimpleNamespace(run=SimpleNamespace(tags=tags), log=SimpleNamespace(info=said.append))
    assert asker(context, typed) == by
    assert said == ["Who asks is who has signed on: what was typed for it counts for nothing."] * told
