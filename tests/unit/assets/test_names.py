"""Companies and jobs are known by name, and a name that nothing has is told with those that are near."""

from pathlib import Path

import pytest

from assets import names


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("brick", "acme", "acme_us"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "defs.yaml").write_text("{ not even YAML")
    (tmp_path / "no_company").mkdir()
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path))


@pytest.mark.usefixtures("three")
def test_a_company_is_a_folder_with_settings_whatever_is_in_them() -> None:
    assert names.companies() == ["acme", "acme_us", "brick"]
    assert names.jobs()[:2] == ["acme_sync", "acme_preview"]
    assert len(names.jobs()) == 3 * len(names.JOBS)


def test_there_is_none_where_there_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path / "nowhere"))
    assert names.companies() == names.jobs() == []


@pytest.mark.parametrize(
    ("given", "there", "told"),
    [
        ("acne", ["acme", "brick"], "There is no company 'acne'. Did you mean acme? There are: acme, brick."),
        ("acme_s", ["acme_us", "acme_se"], "There is no company 'acme_s'. Did you mean acme_us or acme_se? There are: acme_us, acme_se."),
        ("zz", ["acme"], "There is no company 'zz'. There are: acme."),
        ("acme", [], "There is no company 'acme'. There is no company yet."),
    ],
)
def test_an_unknown_name_is_told_with_its_neighbours(given: str, there: list[str], told: str) -> None:
    assert names.unknown("company", given, there) == told


def test_of_many_only_some_are_listed_and_the_neighbours_are_found_among_all() -> None:
    told = names.unknown("job", "c77_snyc", [f"c{number:02}_sync" for number in range(100)])
    assert "Did you mean c77_sync" in told
    assert told.endswith("c19_sync … and 80 more.")
