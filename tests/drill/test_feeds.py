"""No broken feed brings one wrong write, and every one is answered as its folder says: `make drill` runs all of them, the tests as few as
have each kind of outcome."""

from collections.abc import Hashable, Iterator
from dataclasses import replace

import pytest

from resources import places
from tests.drill.company import Drill, Watched
from tests.drill.judging import DESTINATIONS, NOTHING, Feed, feeds, judged
from tests.soak import fewest

ANY_NUMBER = {"count": 100, "share": 1}


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """The company after its good sync."""
    with Watched() as box:
        yield Drill(tmp_path_factory.mktemp("drill"), box)


def kinds(feed: Feed) -> Iterator[Hashable]:
    """What comes of a feed: whether it stops, which changes are held, whether somebody joins, comes back, leaves, changes.

    Those that need a company of their own, which takes a good sync each, are one kind.
    """
    if feed.settings:
        yield "a company of its own"
        return
    for night in feed.nights:
        yield "stopped" if night.said.get("stopped") else "went on"
        yield from (("held", kind) for counts in (night.said.get("held") or {}).values() for kind in counts)
        yield from (part for name in DESTINATIONS for part in NOTHING if night.expected(name)[part])


@pytest.mark.exhaustive("broken feeds")
@pytest.mark.parametrize("feed", fewest(feeds(), kinds, lambda feed: len(feed.nights)), ids=lambda feed: feed.name)
def test_no_surprise_a_broken_feed_writes_what_is_right_and_nothing_else(drill: Drill, feed: Feed) -> None:
    verdict = judged(drill, feed)
    assert verdict.wrong == []
    assert verdict.missing == []


def test_what_is_told_of_the_drill_is_as_long_as_the_drill() -> None:
    for page in ("README.md", "docs/drill.md"):
        assert f"{len(feeds())} feeds, 0 wrong writes" in (places.PROJECT / page).read_text(encoding="utf-8")


def test_a_wrong_write_is_seen_as_one(drill: Drill) -> None:
    found = {feed.name: feed for feed in feeds()}
    lifted = {f"limits.{kind}": ANY_NUMBER for kind in ("email", "manager", "limit")} | {"email_domains": ["acme-group.example"]}
    domains = found["all_domains_changed"]
    verdict = judged(drill, replace(domains, said={**domains.said, "settings": lifted}))
    assert len([told for told in verdict.wrong if "email is" in told]) == 2 * 48
    lost = found["lost_rows_and_new_names"]
    open_gate = {"hr.gate.rows": ANY_NUMBER, "hr.gate.companies": ANY_NUMBER, "limits.leave": ANY_NUMBER}
    verdict = judged(drill, replace(lost, said={**lost.said, "settings": open_gate}))
    assert "0008 at findity: left" in verdict.wrong
    assert "the run was to stop" in verdict.missing
