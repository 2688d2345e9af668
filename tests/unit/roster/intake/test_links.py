import pandas as pd

from roster.intake.links import Linked, link
from roster.settings import People


def linked(manager: dict[str, object], rows: list[dict[str, object]]) -> Linked:
    names = {"employee_id": "No", "email": "Mail", "first_name": "First", "last_name": "Last"}
    people = People.model_validate({"columns": names | manager, "absent_means": "unchanged"})
    table = pd.DataFrame(rows, index=range(2, len(rows) + 2))
    counts = table["counts"].astype(bool) if "counts" in table else pd.Series(True, index=table.index)
    texts = table.reindex(columns=["employee_id", "email", "manager_id", "manager_email", "Key"]).astype("str")
    return link(texts[["employee_id", "email", "manager_id", "manager_email"]], texts[["Key"]], counts, people)


def given(series: pd.Series) -> list[str | None]:
    assert series.dtype == "str"
    return [None if pd.isna(value) else value for value in series]


def dropped(result: Linked) -> list[tuple[int, str, str]]:
    table = pd.concat(result.dropped) if result.dropped else pd.DataFrame(columns=["line", "column", "code"])
    return [(int(line), str(column), str(code)) for line, column, code in table[["line", "column", "code"]].itertuples(index=False)]


BY_EMAIL: dict[str, object] = {"manager_email": "Boss"}
BY_KEY: dict[str, object] = {"manager_id": {"column": "Boss", "refers_to": "Key"}}


def test_a_managers_address_becomes_their_number_whatever_its_case() -> None:
    result = linked(BY_EMAIL, [{"employee_id": "1", "email": "Ann@x.se"}, {"employee_id": "2", "manager_email": "ann@X.se"}])
    assert given(result.manager_id) == [None, "1"]
    assert given(result.manager_email) == [None, None]
    assert dropped(result) == []


def test_an_address_that_no_row_has_stays_an_address() -> None:
    result = linked(BY_EMAIL, [{"employee_id": "1", "email": "a@x.se", "manager_email": "board@x.se"}])
    assert given(result.manager_id) == [None]
    assert given(result.manager_email) == ["board@x.se"]


def test_an_address_of_two_people_links_to_neither() -> None:
    rows: list[dict[str, object]] = [
        {"employee_id": "1", "email": "a@x.se"},
        {"employee_id": "2", "email": "A@x.se"},
        {"employee_id": "3", "manager_email": "a@x.se"},
    ]
    result = linked(BY_EMAIL, rows)
    assert given(result.manager_id) == [None, None, None]
    assert given(result.manager_email) == [None, None, None]
    assert dropped(result) == [(4, "manager_email", "ambiguous")]


def test_a_key_that_points_at_a_superseded_row_means_the_same_person() -> None:
    rows: list[dict[str, object]] = [
        {"employee_id": "1", "Key": "k1", "counts": False},
        {"employee_id": "1", "Key": "k2", "counts": True},
        {"employee_id": "2", "Key": "k3", "counts": True, "manager_id": "k1"},
        {"employee_id": "3", "Key": "k4", "counts": True, "manager_id": "k2"},
    ]
    assert given(linked(BY_KEY, rows).manager_id) == [None, None, "1", "1"]


def test_whoever_has_an_address_now_goes_before_whoever_had_it() -> None:
    rows: list[dict[str, object]] = [
        {"employee_id": "1", "email": "boss@x.se", "counts": False},
        {"employee_id": "1", "email": "ann@x.se", "counts": True},
        {"employee_id": "2", "email": "boss@x.se", "counts": True},
        {"employee_id": "3", "manager_email": "boss@x.se", "counts": True},
    ]
    result = linked(BY_EMAIL, rows)
    assert given(result.manager_id) == [None, None, None, "2"]
    assert dropped(result) == []


def test_a_key_that_leads_nowhere_does_not_pass_for_an_employee_number() -> None:
    result = linked(BY_KEY, [{"employee_id": "1", "Key": "k1", "manager_id": "99"}])
    assert given(result.manager_id) == [None]
    assert dropped(result) == [(2, "manager_id", "unknown")]


def test_an_employee_number_that_no_row_has_stays() -> None:
    for manager in ({"manager_id": "Boss"}, {"manager_id": {"column": "Boss", "refers_to": "No"}}):
        result = linked(dict(manager), [{"employee_id": "1", "manager_id": "99"}, {"employee_id": "2", "manager_id": "1"}])
        assert given(result.manager_id) == ["99", "1"]
        assert dropped(result) == []
