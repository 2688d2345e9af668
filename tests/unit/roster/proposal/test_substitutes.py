"""What is proposed where a column is not there, is written otherwise, or could be taken for another."""

from datetime import date

import pandas as pd
import pytest

from assets.draft import written
from roster.intake.take_in import IntakeResult, take_in
from roster.intake.whole_names import part
from roster.proposal import dated_name
from roster.proposal.propose import SURE, Proposal, propose
from roster.reading.naming import certain_day, day_in_name
from roster.settings import CsvFormat, People

FIRST = ["Alva", "Birk", "Celie", "Disa", "Ebbe", "Frej", "Gry", "Hedda", "Ivar", "Jon"]
LAST = ["Strand", "Holt", "Nygaard", "Berg", "Dahl", "Lund", "Moe", "Vik", "Falk", "Ek"]
LOGINS = [f"{first}.{last}".lower() for first, last in zip(FIRST, LAST, strict=True)]
IBANS = [f"SE{10 + n}5001000000000000000{n}" for n in range(10)]


def people(**columns: list[str]) -> pd.DataFrame:
    """Ten people; given columns are added, or replace those; one that is empty goes."""
    frame = pd.DataFrame(
        {
            "Emp No": [str(20401 + n) for n in range(10)],
            "Given name": FIRST,
            "Surname": LAST,
            "Mail": [f"{each}@x.example" for each in LOGINS],
        }
    )
    frame = frame.assign(**columns)
    return frame.drop(columns=[name for name, values in columns.items() if not values])


def proposed(name: str = "people.csv", **columns: list[str]) -> Proposal:
    return propose(people(**{name: values or [""] * 10 for name, values in columns.items()}).to_csv(index=False).encode(), name)


def without(*names: str, **columns: list[str]) -> Proposal:
    return propose(people(**columns).drop(columns=list(names)).to_csv(index=False).encode(), "people.csv")


def taken_in(proposal: Proposal, frame: pd.DataFrame) -> IntakeResult:
    """What a run would make of it with what is proposed."""
    format = CsvFormat.model_validate({key: guess.value for key, guess in proposal.format.items()})
    columns = {column: proposal.rules.get(column, {"column": guess.value}) for column, guess in proposal.columns.items()}
    settings = People.model_validate({"columns": columns, "absent_means": "unchanged"})
    return take_in(frame.to_csv(index=False).encode(), format, settings, date(2026, 11, 21))


@pytest.mark.parametrize("heading", ["Bank account", "Payment", "Employee number", "Konto"])
def test_quiet_a_column_of_ibans_is_never_the_number_whatever_it_is_called(heading: str) -> None:
    found = without("Emp No", **{heading: IBANS})
    assert found.columns.get("employee_id") is None


def test_a_number_is_found_beside_a_column_of_ibans() -> None:
    assert without("Emp No", **{"Bank account": IBANS, "Number": [f"N{n}" for n in range(10)]}).columns["employee_id"].value == "Number"


@pytest.mark.parametrize("heading", ["Number", "Emp No"])
def test_numbers_that_a_spreadsheet_has_shortened_are_said_to_be(heading: str) -> None:
    frame = people(**{"Emp No": [f"2.0230{n}E+11" for n in range(10)], "Bank account": IBANS}).rename(columns={"Emp No": heading})
    found = propose(frame.to_csv(index=False).encode(), "people.csv").columns["employee_id"]
    assert found.value == heading
    assert found.confidence < 0.5
    assert "shortened" in found.reason


@pytest.mark.parametrize(
    ("heading", "words", "values"),
    [
        ("Active", ["1", "0"], {"1": "Active", "0": "Terminated"}),
        ("Aktiv", ["Ja", "Nej"], {"Ja": "Active", "Nej": "Terminated"}),
        ("Is Active", ["TRUE", "FALSE"], {"TRUE": "Active", "FALSE": "Terminated"}),
        ("Terminated", ["N", "Y"], {"N": "Active", "Y": "Terminated"}),
    ],
)
def test_a_column_of_yes_and_no_says_who_is_active(heading: str, words: list[str], values: dict[str, str]) -> None:
    frame = people(**{heading: [*[words[0]] * 8, *[words[1]] * 2]})
    found = propose(frame.to_csv(index=False).encode(), "people.csv")
    assert found.rules["worker_status"] == {"column": heading, "values": values}
    assert taken_in(found, frame).roster["employment"].tolist() == ["active"] * 8 + ["left"] * 2


def test_an_empty_cell_beside_a_cross_is_the_other() -> None:
    frame = people(Active=[*["X"] * 8, "", ""])
    found = propose(frame.to_csv(index=False).encode(), "people.csv")
    assert taken_in(found, frame).roster["employment"].tolist() == ["active"] * 8 + ["left"] * 2


def test_one_and_nought_under_another_heading_are_no_status() -> None:
    assert "worker_status" not in without(**{"Grade": ["1"] * 8 + ["0"] * 2}).rules


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Voluntarily Terminated", "Terminated"),
        ("Involuntary Termination", "Terminated"),
        ("Future Start", "Pending"),
        ("Future Hire (Contract)", "Pending"),
        ("Active - Parental Leave", "On Leave"),
        ("On Leave (Paid)", "On Leave"),
        ("Active (Full time)", "Active"),
        ("No longer employed", "Terminated"),
    ],
)
def test_statuses_of_several_words_are_known_by_those_that_are(word: str, status: str) -> None:
    found = proposed(Status=["Active"] * 8 + [word] * 2)
    assert found.rules["worker_status"]["values"][word] == status


@pytest.mark.parametrize("word", ["Not terminated", "Returned from leave", "Terminated, pending approval", "Hired"])
def test_a_status_that_could_be_meant_otherwise_is_left_open(word: str) -> None:
    found = proposed(Status=["Active"] * 8 + [word] * 2)
    assert word not in found.rules.get("worker_status", {}).get("values", {})


@pytest.mark.parametrize(("written", "format"), [("20-Sep-19", "%d-%b-%y"), ("20 Sep 2019", "%d %b %Y"), ("20-September-2019", "%d-%B-%Y")])
def test_dates_with_the_months_name_are_known(written: str, format: str) -> None:
    found = proposed(Hired=[written] * 10)
    assert found.rules["start_date"] == {"column": "Hired", "format": format}
    assert ("two digits" in found.columns["start_date"].reason) == ("%y" in format)


@pytest.mark.parametrize("comma", [False, True])
def test_one_column_for_the_whole_name_gives_both(comma: bool) -> None:
    whole = [f"{last}, {first}" if comma else f"{first} {last}" for first, last in zip(FIRST, LAST, strict=True)]
    frame = people(Name=whole).drop(columns=["Given name", "Surname"])
    found = propose(frame.to_csv(index=False).encode(), "people.csv")
    assert found.rules["first_name"] == {"column": "Name", "split": "Last, First" if comma else "First Last"}
    roster = taken_in(found, frame).roster
    assert (roster["first_name"].tolist(), roster["last_name"].tolist()) == (FIRST, LAST)


def test_names_of_which_some_have_a_comma_are_split_either_way() -> None:
    whole = [f"{last}, {first}" if at % 2 else f"{first} {last}" for at, (first, last) in enumerate(zip(FIRST, LAST, strict=True))]
    frame = people(Name=whole).drop(columns=["Given name", "Surname"])
    found = propose(frame.to_csv(index=False).encode(), "people.csv")
    assert found.rules["last_name"]["split"] == ["Last, First", "First Last"]
    assert taken_in(found, frame).roster["last_name"].tolist() == LAST


@pytest.mark.parametrize(
    "written", ["{0} {1}", "{1}, {0}", "{1},{0}", "{0} {1} (On Leave)", "{0} {1} - SLUTAT", "{1}, {0} [Föräldraledig]"]
)
def test_managers_whom_hr_names_by_name_are_proposed_as_such(written: str) -> None:
    bosses = ["", *[written.format(FIRST[at // 4], LAST[at // 4]) for at in range(1, 10)]]
    frame = people(Manager=bosses)
    found = propose(frame.to_csv(index=False).encode(), "people.csv")
    assert found.columns["manager_name"].value == "Manager" and found.columns["manager_name"].confidence == 0.9
    assert not {"manager_id", "manager_email"} & found.columns.keys()
    numbers = taken_in(found, frame).roster["manager_id"].fillna("").tolist()
    assert numbers == ["", *[str(20401 + at // 4) for at in range(1, 10)]]


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Alva Strömberg", "Alva", "Strömberg"),
        ("Anna Maria von Essen", "Anna Maria", "von Essen"),
        ("Essen von, Anna Maria", "Anna Maria", "Essen von"),
        ("Ludwig van der Rohe", "Ludwig", "van der Rohe"),
        ("Strömberg,Alva", "Alva", "Strömberg"),
        ("Madonna", None, None),
    ],
)
def test_a_whole_name_is_taken_apart(whole: str, first: str | None, last: str | None) -> None:
    def of(which: str) -> str | None:
        found = part(pd.Series([whole], dtype="str"), which, ["Last, First", "First Last"])[0]
        return None if pd.isna(found) else found

    assert (of("first"), of("last")) == (first, last)


@pytest.mark.parametrize("heading", ["Login", "Username", "Användarnamn", "Mail"])
def test_for_bare_logins_the_template_of_an_address_is_proposed(heading: str) -> None:
    frame = people(**{"Mail": LOGINS}).rename(columns={"Mail": heading})
    found = propose(frame.to_csv(index=False).encode(), "people.csv")
    assert found.rules["email"] == {"template": f"{{{heading}}}@FILL-IN.example"}
    assert taken_in(found, frame).roster["email"].tolist() == [f"{login}@FILL-IN.example" for login in LOGINS]


@pytest.mark.parametrize(
    ("limits", "sign"),
    [
        (["15.000,00", "15 000,00", "15000,50"], ","),
        (["15,000.00", "15000.50", "12,000"], "."),
        (["15 000 kr", "12 000 kr", "9 000 kr"], ","),
        (["15.000,00", "5 tkr", "15000,50"], ","),
        (["15000", "12000.50", "9"], None),
        (["15000", "12000.50", "5 tkr"], None),
        (["15.000,00", "15,000.00", "12.000,50"], None),
        (["15.000,00", "5 tkr", "see note"], None),
        (["see note", "x", "y"], None),
    ],
)
def test_how_amounts_are_written_is_proposed(limits: list[str], sign: str | None) -> None:
    frame = people(Limit=[*limits, *[""] * 7])
    found = propose(frame.to_csv(index=False).encode(), "people.csv")
    assert (found.format["decimal"].value if "decimal" in found.format else None) == sign
    if sign:
        read = taken_in(found, frame).roster["approval_limit"].notna().sum()
        assert read == sum(limit != "5 tkr" for limit in limits)
        assert read == 3 or found.format["decimal"].confidence <= SURE


@pytest.mark.parametrize("word", ["NULL", "k.A.", "n.v.t.", "#NV", "ej angivet", "N.A."])
def test_words_for_nothing_are_proposed_for_the_whole_file(word: str) -> None:
    frame = people(Left=[word] * 9 + ["2026-01-31"], Limit=[word] * 10, Note=["-"] * 10)
    found = propose(frame.to_csv(index=False).encode(), "people.csv")
    assert sorted(found.format["empty"].value) == sorted(["-", word])
    assert found.columns["end_date"].confidence > 0.5
    assert taken_in(found, frame).roster["end_date"].notna().sum() == 1


def test_namibia_is_no_word_for_nothing() -> None:
    assert "empty" not in proposed(Country=["SE"] * 5 + ["NA"] * 5).format


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("people_30.11.2026.csv", {"date_in_name": r"(?P<date>\d{2}\.\d{2}\.\d{4})"}),
        ("people_30-11-2026.csv", {"date_in_name": r"(?P<date>\d{2}-\d{2}-\d{4})", "date_in_name_format": "%d-%m-%Y"}),
        ("people_11-30-26.csv", {"date_in_name": r"(?P<date>\d{2}-\d{2}-\d{2})", "date_in_name_format": "%m-%d-%y"}),
        ("people_2026_11_30.csv", {"date_in_name": r"(?P<date>\d{4}_\d{2}_\d{2})"}),
        ("people_05-11-2026.csv", {}),
        ("people_20-Nov-2026.csv", {"date_in_name": r"(?P<date>\d{1,2}-[^\W\d_]+-\d{4})"}),
        ("HR 1 nov. 2026.csv", {"date_in_name": r"(?P<date>\d{1,2} [^\W\d_]+\. \d{4})"}),
        ("personal_20-ao\u00fbt-2026.csv", {"date_in_name": r"(?P<date>\d{1,2}-[^\W\d_]+-\d{4})"}),
        ("personal_20-aou\u0302t-2026.csv", {"date_in_name": r"(?P<date>\d{1,2}-[^\W\d_]+-\d{4})"}),
        ("x_20 de março de 2026.csv", {"date_in_name": r"(?P<date>\d{1,2} [^\W\d_]+ [^\W\d_]+ [^\W\d_]+ \d{4})"}),
        ("x2026Nov20.csv", {"date_in_name": r"(?P<date>\d{4}[^\W\d_]+\d{1,2})"}),
        ("people_31-Feb-2026.csv", {}),
        ("people_Nov_2026.csv", {}),
    ],
)
def test_a_date_in_the_name_is_proposed_in_any_order_that_can_be_told(name: str, format: dict[str, str]) -> None:
    found = propose(people().to_csv(index=False).encode(), name).format
    assert {key: guess.value for key, guess in found.items() if key.startswith("date")} == format
    assert CsvFormat.model_validate({key: guess.value for key, guess in found.items()})


@pytest.mark.parametrize("other", ["2-Dec-2026", "20-Nov-2026", "1-maj-2026"])
def test_the_proposed_pattern_finds_other_days_too(other: str) -> None:
    pattern = dated_name.settings("20-Nov-2026")["date_in_name"].value
    assert day_in_name(f"people_{other}.csv", pattern) == certain_day(other)


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("people_20-Nov-2026.csv", "people_*.csv"),
        ("ao\u00fbt_20-aou\u0302t-2026.csv", "ao\u00fbt_*.csv"),
        ("people_2026-11-20_v2.csv", "people_*_v2.csv"),
        ("people.csv", "people.csv"),
    ],
)
def test_the_day_is_left_open_in_the_path(name: str, without: str) -> None:
    assert dated_name.undated(name, "*") == without


PARTS = ["van der", "", "de", "", "'t", "", "van", "", "", ""]


@pytest.mark.parametrize(
    ("last", "heading", "where"),
    [
        ("Achternaam", "Tussenvoegsel", "before"),
        ("Achternaam", "Voorvoegsels", "before"),
        ("Primer apellido", "Segundo apellido", "behind"),
        ("Apellido 1", "Apellido 2", "behind"),
        ("Apellido paterno", "Apellido materno", "behind"),
        ("Last name", "Second last name", "behind"),
    ],
)
def test_a_last_name_is_put_together_of_its_columns(last: str, heading: str, where: str) -> None:
    frame = people(**{heading: PARTS}).rename(columns={"Surname": last})
    found = propose(frame.to_csv(index=False).encode(), "people.csv")
    assert found.rules["last_name"] == {"column": last, where: heading}
    assert f"{heading} stands {where} it" in found.columns["last_name"].reason
    names = [f"{part} {name}" if where == "before" else f"{name} {part}" for part, name in zip(PARTS, LAST, strict=True)]
    assert list(taken_in(found, frame).roster["last_name"]) == [name.strip() for name in names]


def test_a_draft_has_both_columns_and_calls_none_of_them_unused() -> None:
    text = written(proposed(Tussenvoegsel=PARTS, Shoe=["x"] * 10), "people.csv")
    assert "last_name: {column: Surname, before: Tussenvoegsel}" in text
    assert "Not used: Shoe." in text


@pytest.mark.parametrize(("heading", "pattern"), [("Tussenvoegsel", "{0} {1}"), ("Segundo apellido", "{1} {0}")])
def test_no_surprise_a_part_that_the_last_name_has_already_is_not_put_to_it_again(heading: str, pattern: str) -> None:
    whole = [pattern.format(part, name).strip() for part, name in zip(PARTS, LAST, strict=True)]
    assert "last_name" not in proposed(**{heading: PARTS, "Surname": whole}).rules


@pytest.mark.parametrize("cells", [[""] * 10, ["1", "2"] * 5])
def test_a_column_that_has_no_part_of_a_name_is_none(cells: list[str]) -> None:
    assert "last_name" not in proposed(Tussenvoegsel=cells).rules


def test_a_state_is_how_somebody_stands_where_its_words_say_so_and_open_where_they_are_places() -> None:
    state = proposed(State=["A", "A", "L", "T", *["A"] * 6]).columns["worker_status"]
    assert (state.value, state.confidence > SURE) == ("State", True)
    assert proposed(State=["CA", "NY", "TX", "WA", *["CA"] * 6]).columns["worker_status"].confidence < SURE
    both = proposed(State=["CA", "NY", "TX", "WA", *["CA"] * 6], Status=["A", "A", "L", "T", *["A"] * 6]).columns["worker_status"]
    assert both.value == "Status"


def accounts(of: str = "{:018}") -> list[str]:
    numbers = [of.format(370400440532013000 + at) for at in range(10)]
    return [f"DE{98 - int(number + '131400') % 97:02}{number}" for number in numbers]


def test_a_column_of_accounts_is_proposed_whatever_its_heading() -> None:
    found = proposed(Account=accounts())
    assert found.columns["bank_account"].value == "Account"
    assert found.columns["bank_account"].confidence == 0.6


def test_accounts_of_which_everybody_has_the_same_or_that_are_something_else_by_their_heading_are_nobodys() -> None:
    assert "bank_account" not in proposed(Account=accounts("370400440532013000")).columns
    assert "bank_account" not in proposed(Avdelning=accounts()).columns
