"""What the settings' own models compute."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from roster.settings import Limit


@pytest.mark.parametrize(
    ("count", "share", "base", "most"),
    [(5, 0.05, 20, 5), (5, 0.05, 99, 5), (5, 0.05, 200, 10), (5, 0.05, 219, 10), (0, 0.29, 100, 29), (0, 0, 1000, 0), (3, 1, 2, 3)],
)
def test_a_limit_is_a_number_for_the_small_and_a_share_for_the_large(count: int, share: float, base: int, most: int) -> None:
    assert Limit(count=count, share=share).most(base) == most


@given(count=st.integers(0, 50), percent=st.integers(0, 100), base=st.integers(0, 100_000), changed=st.integers(0, 100_000))
def test_what_a_limit_allows_is_what_a_person_would_reckon(count: int, percent: int, base: int, changed: int) -> None:
    assert Limit(count=count, share=percent / 100).allows(changed, base) == (changed <= count or changed * 100 <= percent * base)


@pytest.mark.parametrize("given_", [{"count": -1, "share": 0.1}, {"count": 1, "share": 5}, {"count": 1, "share": -0.1}, {"count": 1}])
def test_a_limit_that_means_nothing_is_refused(given_: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Limit.model_validate(given_)
