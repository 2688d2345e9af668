import csv
import gzip
import io
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

from assets import draft
from roster.proposal.propose import Proposal, propose
from roster.unfit import Unfit

PROJECT = Path(__file__).parents[4]
DEMO = PROJECT / "pipelines" / "demo" / "data" / "acme_people_2026-11-20.csv"
ADVENTUREWORKS = PROJECT.parent / "shared" / "data" / "adventureworks" / "DimEmployee.psv"

FIRST = ["Åsa", "Bo", "Cilla", "Dag", "Eva", "Filip", "Gun", "Hans", "Ida", "Jan", "Kaj", "Liv"]
LAST = ["Öberg", "Ek", "Lund", "Vik", "Ås", "Dahl", "Berg", "Holm", "Sand", "Ström", "Falk", "Nord"]
ASCII = str.maketrans("åöÅÖ", "aoAO")


def people(**columns: list[str]) -> pd.DataFrame:
    """Twelve people in Swedish columns; given columns are added or replace those."""
    addresses = [f"{first}.{last}@acme.example".translate(ASCII).lower() for first, last in zip(FIRST, LAST, strict=True)]
    frame = pd.DataFrame({"Anstnr": [f"{1000 + n}" for n in range(12)], "Förnamn": FIRST, "Efternamn": LAST, "E-post": addresses})
    return frame.assign(**{"Chef": ["", *["1000"] * 5, *["1001"] * 6], **columns})


def proposed(frame: pd.DataFrame, name: str = "people.csv", encoding: str = "utf-8", **written: object) -> Proposal:
    return propose(frame.to_csv(index=False, **written).encode(encoding), name)


def sources(proposal: Proposal) -> dict[str, object]:
    return {column: guess.value for column, guess in proposal.columns.items()}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_delimiter_and_encoding_are_found(delimiter: str, encoding: str, quoting: int) -> None:
    found = proposed(people(Ort=["Göteborg, SE"] * 12), sep=delimiter, encoding=encoding, quoting=quoting)
    assert found.format["delimiter"].value == delimiter
    assert found.format["delimiter"].confidence > 0.5
    assert found.format["encoding"].value == encoding
    assert found.rows == 12
    assert sources(found)["employee_id"] == "Anstnr"


def test_a_comma_in_every_name_is_no_delimiter() -> None:
    frame = people(Namn=[f"{last}, {first}" for first, last in zip(FIRST, LAST, strict=True)])
    assert proposed(frame, sep=";", quoting=csv.QUOTE_NONE).format["delimiter"].value == ";"


def test_headings_name_the_columns_and_the_cells_bear_them_out() -> None:
    found = proposed(people(Telefon=["070-174 06 05"] * 12))
    assert sources(found) == {
        "employee_id": "Anstnr",
        "first_name": "Förnamn",
        "last_name": "Efternamn",
        "email": "E-post",
        "phone": "Telefon",
        "manager_id": "Chef",
    }
    assert all(guess.confidence > 0.8 for guess in found.columns.values())


def test_a_heading_that_the_cells_contradict_is_hardly_believed() -> None:
    found = proposed(people(Telefon=["vet ej"] * 12))
    assert found.columns["phone"].confidence < 0.5
    assert "0% of its values" in found.columns["phone"].reason


@pytest.mark.parametrize(
    ("link", "canonical", "rule"),
    [
        (lambda frame: frame["Anstnr"], "manager_id", {"column": "Chef"}),
        (lambda frame: frame["E-post"], "manager_email", {"column": "Chef"}),
        (lambda frame: frame["Nyckel"], "manager_id", {"column": "Chef", "refers_to": "Nyckel"}),
    ],
)
def test_how_managers_are_named_is_told_by_whose_values_they_are(link, canonical: str, rule: dict[str, str]) -> None:
    frame = people(Nyckel=[f"K{n}" for n in range(12)])
    frame["Chef"] = ["", *[link(frame)[0]] * 11]
    found = proposed(frame)
    assert found.rules[canonical] == rule


@pytest.mark.parametrize(
    ("written", "format"),
    [
        ("2026-03-21", "%Y-%m-%d"),
        ("21.03.2026", "%d.%m.%Y"),
        ("21/03/2026", "%d/%m/%Y"),
        ("03/21/2026", "%m/%d/%Y"),
        ("20260321", "%Y%m%d"),
    ],
)
def test_the_format_of_dates_is_told_by_days_above_twelve(written: str, format: str) -> None:
    found = proposed(people(Startdatum=[written] * 12))
    assert found.rules["start_date"] == {"column": "Startdatum", "format": format}
    assert found.columns["start_date"].confidence > 0.8


def test_day_and_month_that_cannot_be_told_apart_are_named_as_such() -> None:
    found = proposed(people(Startdatum=["03/04/2026"] * 12))
    assert found.columns["start_date"].confidence == 0.5
    assert "no day in the column tells" in found.columns["start_date"].reason


def test_status_words_are_translated_and_unknown_ones_are_not_repeated() -> None:
    found = proposed(people(Status=["Anställd"] * 9 + ["Tjänstledig", "Slutat", "Hemlig"]))
    assert found.rules["worker_status"]["values"] == {"Anställd": "Active", "Tjänstledig": "On Leave", "Slutat": "Terminated"}
    assert "would be rejected" in found.columns["worker_status"].reason
    assert "Hemlig" not in repr(found)


def test_status_words_that_are_canonical_already_need_no_translation() -> None:
    assert "worker_status" not in proposed(people(Status=["Active"] * 11 + ["On Leave"])).rules


def test_identity_numbers_are_never_proposed_whatever_their_heading() -> None:
    def digit(nine: str) -> int:
        return -sum(sum(divmod(int(sign) * (2 - place % 2), 10)) for place, sign in enumerate(nine)) % 10

    numbers = [f"{year}0101-238{digit(f'{year}0101238')}" for year in range(70, 82)]
    found = proposed(people(Anstnr=numbers, Personnummer=["x"] * 12))
    assert found.private == {"Anstnr": "Swedish personal identity numbers", "Personnummer": "identity numbers"}
    assert not {"Anstnr", "Personnummer"} & set(sources(found).values())


def test_mobile_numbers_that_could_be_identity_numbers_are_phones() -> None:
    assert sources(proposed(people(Mobil=["0701740605"] * 12)))["phone"] == "Mobil"


def test_without_a_header_columns_are_guessed_by_their_cells_and_by_each_other() -> None:
    frame = people(Född=[f"{1960 + n}-01-13" for n in range(12)], Börjat=["2020-02-13"] * 12, Land=["SE"] * 12, Status=["Aktiv"] * 12)
    found = proposed(frame, header=False, sep=";")
    assert found.format["columns"].value == [f"column_{n}" for n in range(1, 10)]
    assert sources(found) == {
        "employee_id": "column_1",
        "first_name": "column_2",
        "last_name": "column_3",
        "email": "column_4",
        "manager_id": "column_5",
        "start_date": "column_7",
        "country": "column_8",
        "worker_status": "column_9",
    }
    assert found.columns["start_date"].confidence < 0.5 < found.columns["email"].confidence


def test_rows_of_earlier_days_are_told_from_those_that_count() -> None:
    now = people(Rad=["Ny"] * 12)
    frame = pd.concat([now.iloc[:3].assign(Rad="Gammal"), now])
    found = proposed(frame)
    assert found.history is not None
    assert found.history[0] == {"Rad": ["Gammal"]}
    assert proposed(now).history is None


def test_comments_trailer_and_the_date_in_the_name_are_proposed() -> None:
    text = "# från Hogia\n" + people().to_csv(index=False, sep=";") + "SLUT;12;2026-03-01\n"
    found = propose(text.encode(), "personal_20260301.csv")
    assert found.rows == 12
    assert found.format["comment"].value == "#"
    assert found.format["trailer"].value == r"^SLUT;(?P<rows>\d+);(?P<date>\d{4}-\d{2}-\d{2})$"
    assert found.format["date_in_name"].value == r"(?P<date>\d{8})"


def test_the_line_of_the_header_is_proposed_where_titles_stand_above_it() -> None:
    text = "Acme AB - personal\nPer 2026-03-01, gjord av Åsa\n\n" + people().to_csv(index=False)
    for found in (propose(text.encode(), "people.csv"), propose(workbook(["Acme AB - personal"], ["Per 2026-03-01"], []), "people.xlsx")):
        assert found.format["header_line"].value == 4
        assert found.rows == 12
        assert sources(found)["employee_id"] == "Anstnr"
    assert "header_line" not in proposed(people()).format


def test_a_line_that_names_groups_of_columns_is_no_header() -> None:
    frame = people()
    text = "Status,Telefon" + "," * (len(frame.columns) - 2) + "\n" + frame.to_csv(index=False)
    found = propose(text.encode(), "people.csv")
    assert found.format["header_line"].value == 2
    assert sources(found)["employee_id"] == "Anstnr"
    assert found.rows == 12


def workbook(*titles: list[str]) -> bytes:
    book, written = openpyxl.Workbook(), io.BytesIO()
    frame = people()
    for row in (*titles, [str(name) for name in frame], *frame.to_numpy().tolist()):
        book.active.append(row)
    book.save(written)
    return written.getvalue()


def test_several_last_lines_are_proposed_with_their_digits_free_and_nobodys_name() -> None:
    text = people().to_csv(index=False) + "\nTotal employees: 12\nGenerated 2026-03-01 06:00 by Åsa Öberg\nkontakt: EOF\n"
    assert "trailer" not in propose(text.encode(), "people.csv").format  # the last line may be anything
    found = propose(text.replace("kontakt: EOF\n", "\x1a").encode(), "people.csv").format["trailer"]
    assert found.value == [r"^Total employees: (?P<rows>\d+)$", r"^Generated (?P<date>\d{4}-\d{2}-\d{2}) \d+:\d+ by .+$"]
    assert found.confidence == 0.9


def test_no_surprise_a_last_line_that_says_that_the_export_broke_off_is_not_named_as_a_trailer() -> None:
    text = people().to_csv(index=False) + "Total: 12\nRows skipped: 3\n"
    assert "trailer" not in propose(text.encode(), "people.csv").format


def test_no_surprise_a_count_of_other_rows_than_there_are_is_not_named_as_a_trailer() -> None:
    text = people().to_csv(index=False)
    assert "trailer" not in propose(f"{text}14 rows selected.\n".encode(), "people.csv").format
    assert propose(f"{text}12 rows selected.\n".encode(), "people.csv").format["trailer"].value == r"^(?P<rows>\d+) rows selected\.$"


def test_rows_that_end_with_a_delimiter_are_read_as_they_are() -> None:
    text = people().to_csv(index=False).replace("\n", ",\n").replace(",\n", "\n", 1)
    found = propose(text.encode(), "people.csv")
    assert (found.rows, sources(found)["employee_id"], sources(found)["manager_id"]) == (12, "Anstnr", "Chef")


def test_a_persons_cut_off_row_is_no_trailer() -> None:
    text = people().to_csv(index=False) + "1012,Mia\n"
    found = propose(text.encode(), "people.csv")
    assert "trailer" not in found.format
    assert found.rows == 13


def test_quotes_after_backslashes_and_apostrophes_around_fields_are_seen() -> None:
    frame = people(Smeknamn=['"Ö", sa hon'] * 12)
    assert proposed(frame, doublequote=False, escapechar="\\").format["escape"].value == "backslash"
    assert proposed(frame, quotechar="'", quoting=csv.QUOTE_ALL).format["quote"].value == "'"
    assert proposed(people(Mått=['5"'] * 12), quoting=csv.QUOTE_NONE).format["quote"].value is None


def test_a_packed_file_and_a_workbook_are_proposed_like_the_file_itself() -> None:
    text = people().to_csv(index=False).encode()
    assert sources(propose(gzip.compress(text), "people.csv.gz")) == sources(propose(text, "people.csv"))
    book, packed = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Om filen"])
    sheet = book.create_sheet("Personal")
    frame = people()
    sheet.append([*frame, "Startdatum"])
    for row in frame.itertuples(index=False):
        sheet.append([int(row[0]), *row[1:], date(2020, 2, 13)])
    book.save(packed)
    found = propose(packed.getvalue(), "people.xlsx")
    assert found.format["sheet"].value == "Personal"
    assert sources(found)["employee_id"] == "Anstnr"
    assert found.rules["start_date"]["format"] == "%Y-%m-%d"
    assert "delimiter" not in found.format


def test_what_is_no_table_is_unfit() -> None:
    for data in (b"", b"\n\n", bytes(range(256)) * 4):
        with pytest.raises(Unfit):
            propose(data, "people.csv")


def test_no_reason_holds_a_cell() -> None:
    frame = people(Status=["Aktiv"] * 12)
    for header in (True, False):
        reasons = " ".join(guess.reason for guess in proposed(frame, header=header).columns.values())
        assert reasons
        assert not any(cell in reasons for cell in [*FIRST, *LAST, *frame["E-post"]] if len(cell) > 2)


def test_the_demos_own_file_is_proposed_as_its_settings_say() -> None:
    settings = yaml.safe_load((PROJECT / "pipelines" / "demo" / "defs.yaml").read_text())["attributes"]["hr"]["people"]["columns"]
    written = {name: rule["column"] if isinstance(rule, dict) else rule for name, rule in settings.items()}
    found = propose(DEMO.read_bytes(), DEMO.name)
    assert sources(found) == {name: column for name, column in written.items() if not name.startswith("extra_")}
    assert found.country == "SE"
    assert found.history is not None
    assert found.history[0] == {"Row state": ["Old"]}


def test_a_heading_that_looks_like_a_value_does_not_undo_those_that_are_known() -> None:
    found = proposed(people(**{"2026": ["x"] * 12}))
    assert "columns" not in found.format
    assert sources(found)["email"] == "E-post"


@pytest.mark.skipif(not ADVENTUREWORKS.exists(), reason="the AdventureWorks export is no part of this project and is not beside it")
def test_a_real_file_without_header_is_told_by_its_cells() -> None:
    found = propose(ADVENTUREWORKS.read_bytes(), ADVENTUREWORKS.name)
    assert found.format["delimiter"].value == "|"
    assert {name: sources(found)[name] for name in ("employee_id", "email", "first_name", "last_name", "worker_status")} == {
        "employee_id": "column_4",
        "email": "column_15",
        "first_name": "column_7",
        "last_name": "column_8",
        "worker_status": "column_31",
    }
    assert found.rules["manager_id"] == {"column": "column_3", "refers_to": "column_2"}
    assert found.history is not None
    assert found.history[0] == {"column_31": [""]}
    assert found.columns["phone"].confidence < 0.5  # the person's, or that of whoever is called in an emergency


def test_serial_numbers_under_a_heading_of_dates_are_days_of_a_workbook() -> None:
    found = proposed(people(Startdatum=[str(43000 + 31 * n) for n in range(12)], Slutdatum=["", "45292.5", *[""] * 10]))
    assert found.rules["start_date"] == {"column": "Startdatum", "format": "excel"}
    assert found.rules["end_date"] == {"column": "Slutdatum", "format": "excel"}


def test_numbers_that_no_heading_calls_dates_are_none() -> None:
    frame = people(Extra=[str(43000 + 31 * n) for n in range(12)])
    assert not {"start_date", "end_date"} & set(proposed(frame, header=False).columns)
    assert "start_date" not in proposed(people(Startdatum=[str(10 + n) for n in range(12)])).rules


def test_time_zones_are_found_by_their_heading() -> None:
    assert sources(proposed(people(Tidszon=["Europe/Stockholm"] * 12)))["zone"] == "Tidszon"


def test_a_column_that_tells_the_first_job_is_proposed_as_that_and_not_as_history() -> None:
    frame = people(Huvudanställning=["Ja"] * 12)
    twice = pd.concat([frame, frame.head(3).assign(Huvudanställning="Nej", Chef="1002")], ignore_index=True)
    found = proposed(twice)
    assert found.jobs is not None
    assert found.jobs[0] == {"Huvudanställning": ["Ja"]}
    assert found.history is None
    assert proposed(frame).jobs is None
    text = draft.written(found, "people.csv")
    assert "jobs:\n        primary: {Huvudanställning: [Ja]}" in text


def test_an_unknown_heading_is_the_employee_number_where_managers_are_named_by_it() -> None:
    frame = people(Badge=[f"B{n:05d}" for n in range(12)]).rename(columns={"Anstnr": "Nr"})[
        ["Badge", "Nr", "Förnamn", "Efternamn", "E-post", "Chef"]
    ]
    found = proposed(frame)
    assert (sources(found)["employee_id"], found.rules["manager_id"]) == ("Nr", {"column": "Chef"})
    logins = proposed(frame.assign(Nr=[f"u{name}" for name in FIRST], Chef=["", *["uÅsa"] * 11]))
    assert logins.rules["manager_id"] == {"column": "Chef", "refers_to": "Nr"}
    assert sources(logins)["employee_id"] == "Badge", "by a login nobody is known for good"


@pytest.mark.parametrize(
    ("dates", "format"),
    [
        (["2027-01-31T23:00:00Z", "2027-04-30T22:00:00Z"], "%Y-%m-%dT%H:%M:%S%z"),
        (["2027-01-31 23:00:00+00", "2027-04-30 22:00:00+00"], "%Y-%m-%d %H:%M:%S%z"),
        (["2027-01-31 23:00:00.123+00"], "%Y-%m-%d %H:%M:%S.%f%z"),
        (["2027-01-31T23:00:00.0000000+01:00"], "%Y-%m-%dT%H:%M:%S.%f%z"),
        (["1/31/2027 12:00:00 AM"], "%m/%d/%Y %I:%M:%S %p"),
        (["2027-01-31", "2027-04-30T22:00:00Z"], ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"]),
        (["31.01.2027", "2027-04-30"], ["%Y-%m-%d", "%d.%m.%Y"]),
        (["01/02/2027", "2027-04-30"], None),
    ],
)
def test_moments_and_dates_in_two_ways_are_dates(dates: list[str], format: str | list[str] | None) -> None:
    found = proposed(people(Slutdatum=[dates[n % len(dates)] for n in range(12)]))
    assert found.rules.get("end_date", {}).get("format") == format


def test_no_surprise_what_headings_say_is_something_else_is_proposed_for_nothing() -> None:
    frame = people(**{"Provanställning slutdatum": ["2026-10-31"] * 12}).rename(columns={"Chef": "Projektledare (projekt)", "Anstnr": "Nr"})
    addresses = [f"old.{address}" for address in frame["E-post"]]
    frame = frame.assign(**{"Tidigare e-post": addresses, "Tidigare anställningsnummer": [f"{900 + n}" for n in range(12)]})
    found = sources(proposed(frame))
    assert found.keys() & {"end_date", "manager_id", "manager_email"} == set()
    assert (found["email"], found["employee_id"]) == ("E-post", "Nr")


def test_dates_that_stand_for_none_do_not_hide_those_that_are_meant() -> None:
    found = proposed(people(Slutdatum=["1900-01-01"] * 11 + ["2026-10-31"]))
    assert found.rules["end_date"] == {"column": "Slutdatum", "format": "%Y-%m-%d"}
    assert proposed(people(Slutdatum=["31.12.2999"] * 12)).rules["end_date"]["format"] == "%d.%m.%Y"


def test_a_column_of_e_mail_addresses_is_no_street() -> None:
    assert sources(proposed(people().rename(columns={"E-post": "Adresse e-mail"})))["email"] == "Adresse e-mail"
    assert "street" not in sources(proposed(people().rename(columns={"E-post": "Adresse e-mail"})))


def test_approver_what_says_who_manages_or_has_left_and_cannot_be_read_is_left_open_and_not_out() -> None:
    text = draft.written(proposed(people(Chef=["", *["1000.0"] * 11], Slutdatum=["soon"] * 12, Status=["1"] * 12)), "inbox/*.csv")
    for name, column in (("manager_id", "Chef"), ("worker_status", "Status"), ("end_date", "Slutdatum")):
        assert f"        {name}: FILL-IN {column}" in text
