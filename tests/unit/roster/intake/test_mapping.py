import pandas as pd
import pytest

from roster.intake.mapping import apply, headers, wanted
from roster.rules import MissingColumn
from roster.settings import People


def people(**columns: object) -> People:
    needed = {"employee_id": "No", "email": "Mail", "first_name": "First", "last_name": "Last"}
    return People.model_validate({"columns": needed | columns, "absent_means": "unchanged"})


def rows(**columns: list[str | None]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    blank: dict[str, list[str | None]] = {name: [None] * size for name in ("No", "Mail", "First", "Last")}
    return pd.DataFrame(blank | columns, index=range(2, size + 2), dtype="str")


def texts(series: pd.Series) -> list[str | None]:
    assert series.dtype == "str"
    return [None if pd.isna(value) else value for value in series]


def test_what_no_rule_gives_is_there_and_empty_and_everyone_counts_as_active() -> None:
    frame = apply(people(), rows(No=["007"])).frame
    assert texts(frame["employee_id"]) == ["007"]
    assert texts(frame["manager_id"]) == texts(frame["manager_email"]) == texts(frame["end_date"]) == [None]
    assert texts(frame["worker_status"]) == ["Active"]
    assert "department" not in frame


def test_hrs_words_for_a_status_are_translated() -> None:
    given = people(worker_status={"column": "St", "values": {"A": "Active", "LOA": "On Leave"}})
    assert texts(apply(given, rows(St=["LOA", "Active", "??", None])).frame["worker_status"]) == ["On Leave", "Active", "??", None]


def test_dates_are_tried_in_hrs_formats_in_turn_and_never_guessed() -> None:
    given = people(start_date={"column": "From", "format": ["%d.%m.%Y", "%Y%m%d"]})
    mapped = apply(given, rows(From=["01.02.2024", "20240301", "2024-02-01", "31.02.2024", None, "31.12.9999"]))
    assert texts(mapped.frame["start_date"]) == ["2024-02-01", "2024-03-01", "2024-02-01", "31.02.2024", None, "9999-12-31"]
    assert list(mapped.undated["start_date"]) == [False, False, True, True, False, False]


def test_the_parts_of_a_made_up_address_are_folded_so_that_it_is_valid() -> None:
    given = people(email={"template": "{First}.{Last}@acme.example"})
    mapped = apply(
        given,
        rows(
            First=["Åsa", "J. R.", "Straße", "Bo", "李", "Åsa Maria"], Last=["Bjørk", "Vande Velde", "D'Hers", None, "Kok-Ho", "O'Öst-Ek"]
        ),
    )
    assert texts(mapped.frame["email"]) == [
        "asa.bjork@acme.example",
        "j.r.vandevelde@acme.example",
        "strasse.dhers@acme.example",
        None,
        "li.kok-ho@acme.example",
        "asamaria.oost-ek@acme.example",
    ]
    assert texts(mapped.frame["first_name"])[0] == "Åsa"


def test_no_surprise_a_title_is_no_part_of_a_made_up_address_and_stays_in_the_name() -> None:
    given = people(email={"template": "{First}.{Last}@acme.example"})
    mapped = apply(given, rows(First=["Dr. Disa", "Prof. Dr. Bo", "Disa"], Last=["Berg", "Ek", "Berg"]))
    assert texts(mapped.frame["email"]) == ["disa.berg@acme.example", "bo.ek@acme.example", "disa.berg@acme.example"]
    assert texts(mapped.frame["first_name"])[0] == "Dr. Disa"


def test_an_address_that_hr_gives_keeps_its_case() -> None:
    assert texts(apply(people(), rows(Mail=["Ann.Li@Acme.example"])).frame["email"]) == ["Ann.Li@Acme.example"]


def test_only_what_a_setting_names_is_read() -> None:
    given = People.model_validate(
        {
            "columns": {
                "employee_id": "No",
                "email": {"template": "{Login}@acme.example"},
                "first_name": {"columns": ["Nick", "First"]},
                "last_name": "Last",
                "manager_id": {"column": "Boss", "refers_to": "RowKey"},
                "role": {"cases": [{"when": {"Grade": "9"}, "value": "lead"}]},
            },
            "absent_means": "leaver",
            "history": {"superseded": {"Status": ""}},
        }
    )
    assert wanted(given) == {"No", "Login", "Nick", "First", "Last", "Boss", "RowKey", "Grade", "Status"}
    assert headers(given, "first_name") == "First, Nick"
    assert headers(given, "phone") == ""


def test_a_rule_over_a_column_that_was_not_read_names_both() -> None:
    with pytest.raises(MissingColumn, match=r"people\.columns\.email names the column 'Login'"):
        apply(people(email={"template": "{Login}@x.example"}), rows(No=["1"]))
