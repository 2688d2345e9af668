"""Several files are read as one table, and every line of each keeps its own name."""

from datetime import date

import pandas as pd
import pytest

from roster.accounting import of_rows
from roster.intake.take_in import IntakeResult, take_in
from roster.reading.lines import EACH, line_text, line_texts
from roster.reading.several import day_by_name, packed
from roster.settings import CsvFormat, People
from roster.unfit import Unfit

COLUMNS = {"employee_id": "No", "email": "Mail", "first_name": "First", "last_name": "Last"}
PEOPLE = People.model_validate({"columns": COLUMNS, "absent_means": "leaver"})
SE = b"No,Mail,First,Last\n1,a@x.se,A,B\n2,b@x.se,A,B\n"
NO = b"Mail;No;First;Last;Kode\nc@x.se;3;A;B;x\nd(at)x.se;4;A;B;x\ne@x.se;5;A;B;x;y\n\x1a\n"
BOTH = CsvFormat().of_files({"se": CsvFormat(), "no": CsvFormat(delimiter=";")})


def taken(se: bytes = SE, no: bytes = NO, format: CsvFormat = BOTH) -> IntakeResult:
    return take_in(packed({"se": se, "no": no}), format, PEOPLE, date(2026, 12, 1))


def test_accounting_each_line_of_each_file_has_one_disposition_under_a_number_of_its_own() -> None:
    result = taken()
    lines = {line_text(line): what for line, what in result.dispositions[["line", "disposition"]].itertuples(index=False)}
    assert lines == {
        "2 of file 1": "used",
        "3 of file 1": "used",
        "2 of file 2": "used",
        "3 of file 2": "rejected",
        "4 of file 2": "rejected",
        "5 of file 2": "nobody",
    }
    assert of_rows(result.dispositions, result.facts.rows) == []


def test_a_line_is_the_same_when_the_file_before_it_grows() -> None:
    grown = taken(se=SE + b"9,z@x.se,A,B\n")
    assert set(taken().rejects["line"]) == set(grown.rejects["line"]) == {2 * EACH + 3, 2 * EACH + 4}


def test_faults_of_rows_name_the_file_and_the_fields_of_its_own_header() -> None:
    result = taken(se=SE.replace(b"2,b@x.se", b"3,b@x.se"))
    messages = set(result.rejects["message"])
    assert "The same employee number is on lines 3 of file 1 and 2 of file 2." in messages
    assert "The line has 6 fields, the header 5." in messages


def test_the_rows_of_each_file_are_counted() -> None:
    files = taken().facts.files
    assert files["se"] == {"used": 2, "rejected_leavers": 0}
    assert files["no"] == {"used": 1, "rejected": 2, "nobody": 1, "rejected_leavers": 0}
    assert taken().facts.from_json(taken().facts.to_json()).files == files


def test_a_file_that_cannot_be_read_is_named() -> None:
    with pytest.raises(Unfit, match="no: These columns are wanted and not there: Mail"):
        taken(no=NO.replace(b"Mail", b"E-post"))
    with pytest.raises(Unfit, match="se: The file has no rows"):
        taken(se=b"No,Mail,First,Last\n")


def test_other_files_than_the_settings_name_are_not_read() -> None:
    with pytest.raises(Unfit, match="not those that the settings name: no"):
        take_in(packed({"se": SE}), BOTH, PEOPLE, date(2026, 12, 1))
    with pytest.raises(Unfit, match="not those that the settings name: there are 3") as wrong:
        take_in(packed({"se": SE, "no": NO, "people_Anna Meyer.csv": SE}), BOTH, PEOPLE, date(2026, 12, 1))
    assert "Meyer" not in str(wrong.value), "an archive of HR's own has names of its own"
    with pytest.raises(Unfit, match="one file, and the settings name several"):
        take_in(SE, BOTH, PEOPLE, date(2026, 12, 1))


def test_trailers_of_different_days_stop_and_one_day_is_that_of_all() -> None:
    ended = CsvFormat(trailer="#(?P<date>.+)")
    both = CsvFormat().of_files({"se": ended, "no": ended})
    read = [SE + b"#2026-12-01\n", SE.replace(b"1,a", b"7,g").replace(b"2,b", b"8,h")]
    assert taken(read[0], read[1] + b"#2026-12-01\n", both).trailer_date == date(2026, 12, 1)
    with pytest.raises(Unfit, match="trailers are of different days: se of 2026-12-01, no of 2026-11-30"):
        taken(read[0], read[1] + b"#2026-11-30\n", both)


def test_the_day_in_the_names_is_one() -> None:
    own = CsvFormat(date_in_name=r"_(?P<date>\d{4}-\d\d-\d\d)")
    both = CsvFormat().of_files({"se": own, "no": own})
    assert day_by_name("", {"se": "se_2026-12-01", "no": "no_2026-12-01"}, both) == date(2026, 12, 1)
    with pytest.raises(Unfit, match="different days: se of 2026-12-01, no of 2026-12-02"):
        day_by_name("", {"se": "se_2026-12-01", "no": "no_2026-12-02"}, both)
    with pytest.raises(Unfit, match="holds no date"):
        day_by_name("", {"se": "se_2026-12-01", "no": "no"}, both)


def test_a_column_of_lines_is_called_as_each_of_them_is() -> None:
    lines = pd.Series([3, 2 * EACH + 17, None], dtype="Int64")
    assert line_texts(lines).tolist()[:2] == [line_text(3), line_text(2 * EACH + 17)] == ["3", "17 of file 2"]
    assert line_texts(lines).isna().tolist() == [False, False, True]
