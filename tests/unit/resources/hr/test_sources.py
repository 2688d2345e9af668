"""One state of one file is told from another by what may be shown of it."""

from datetime import UTC, datetime

import pytest

from assets.typed import WORDS
from resources.hr.sources import Found
from roster.reading.called import called

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def found(name: str, pattern: str, modified: datetime | None = None) -> Found:
    return Found(f"/inbox/{name}", called(name, pattern), 512, modified)


def test_files_of_one_size_are_told_apart_where_a_server_gives_no_times_and_their_names_are_hidden() -> None:
    states = {found(f"people_{run}.csv", "people_*.csv").state for run in ("a81f", "b0c2", "Meyer", "Berg")}
    assert len(states) == 4
    assert found("people_Meyer.csv", "people_*.csv").state in states, "the same again"


@pytest.mark.parametrize("name", ["people_Meyer.csv", "people_\udce5.csv"], ids=ascii)
def test_quiet_a_state_has_nothing_of_a_name_but_four_characters_of_a_hash(name: str) -> None:
    assert len(found(name, "people_*.csv", NOON).state) == len("people_….csv") + 4 + len(f"|512|{NOON.isoformat()}")
    assert "Meyer" not in found(name, "people_*.csv", NOON).state


@pytest.mark.parametrize("pattern", ["hr@acme_*.csv", "hr@acme.example_*.csv", "\uff20_*.csv"])
def test_a_file_whose_name_has_an_at_by_the_settings_may_stand_in_run_config(pattern: str) -> None:
    state = found(pattern.replace("*", "2026-11-20"), pattern, NOON).state
    assert WORDS.post_process(state) == state
