"""Lines beside the rows that say that the file is not whole, and those that only sound like it."""

import pytest

from roster.reading.broken_off import tells
from roster.reading.file import read
from roster.reading.table import RawTable
from roster.settings import CsvFormat
from roster.unfit import Unfit
from tests.unit.roster.reading.test_workbook import book


@pytest.mark.parametrize(
    "text",
    [
        "ORA-01555: snapshot too old: rollback segment number 9 too small",
        "ERROR: ORA-01555: snapshot too old",
        "ERROR:",
        "ORA-01013: user requested cancel of current operation",
        "SP2-0734: unknown command",
        "Warning: the list was truncated, only the first 13 rows are shown",
        "Warning: 2 records skipped",
        "Skipped: 2",
        "2 skipped",
        "13 rows exported, 2 skipped",
        "Rows skipped: 2",
        "Msg 8152, Level 16, State 30, Line 1",
        "String or binary data would be truncated.",
        "ERROR:  canceling statement due to statement timeout",
        "ERROR 2013 (HY000): Lost connection to MySQL server during query",
        "ERROR 2006 (HY000) at line 1: MySQL server has gone away",
        "SQL0911N  The current transaction has been rolled back because of a deadlock or timeout.",
        "SQLSTATE[HY000]: General error",
        "Traceback (most recent call last):",
        '  File "/opt/export.py", line 12, in <module>',
        "MemoryError: ",
        'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
        "java.sql.SQLTimeoutException: query timed out",
        "\tat com.hr.Export.run(Export.java:112)",
        "Caused by: java.net.SocketException: Connection reset",
        "Unhandled exception. System.TimeoutException",
        "Connection timed out",
        "connection to server was lost",
        "Connection reset by peer",
        "The connection was closed by the remote host: export aborted",
        "Timeout expired",
        "Query timed out after 30 seconds",
        "... 12 more rows",
        "(12 more rows)",
        "More rows available",
        "and 12 more",
        "Row limit reached",
        "Limit of 1000 rows reached",
        "Result limit exceeded",
        "Maximum number of rows (1000) exceeded",
        "Results limited to 1000 rows",
        "Only the first 1000 records are displayed.",
        "Showing first 100 rows only",
        "100 of 250 rows",
        "Rows 1-100 of 250",
        "Export incomplete",
        "Incomplete export",
        "The export was cancelled by the user",
        "Report was terminated abnormally",
        "Job failed",
        "Export finished with 2 errors",
        "An error has occurred",
        "Error while reading table PA0002",
        "FATAL: terminating connection due to administrator command",
        "Could not fetch next row",
        "Internal Server Error",
        "Out of memory",
        "[ERROR] HRExport - aborted",
        "Fehler: Zeitüberschreitung",
        "Abfrage wurde vom Benutzer abgebrochen",
        "Die Liste wurde abgeschnitten",
        "3 Datensätze wurden übersprungen",
        "Nur die ersten 1000 Zeilen werden angezeigt",
        "Maximale Anzahl von Zeilen erreicht",
        "Zeilenlimit erreicht",
        "12 weitere Zeilen",
        "Fel: anslutningen bröts",
        "Exporten avbröts",
        "Listan är avkortad",
        "2 poster hoppades över",
        "Endast de första 1000 raderna visas",
        "Radgränsen har uppnåtts",
        "Eksporten ble avbrutt",
        "Kun de første 1000 rækker vises",
        "Erreur : la requête a été interrompue",
        "Lista truncada",
        "Elenco incompleto: file troncato",
        "Export afgebroken",
        "Zapytanie przerwane",
    ],
)
def test_no_surprise_what_programs_and_people_write_where_an_export_broke_off_is_known(text: str) -> None:
    assert tells(text)


@pytest.mark.parametrize(
    "text",
    [
        "Total employees: 14",
        "14 rows selected.",
        "13 of 13 rows",
        "Rows 1-13 of 13",
        "Page 1 of 3",
        "Generated 2026-11-21 06:00 by HR-BATCH",
        "For internal use in Fjordvik only",
        "Warning: this list holds personal data",
        "Export finished with 0 errors",
        "Export finished without errors",
        "No records were skipped",
        "Rows: 13, skipped: 0, errors: 0",
        "13 rows exported, 0 skipped",
        "No more rows",
        "The list was not truncated",
        "Please report errors to hr@fjordvik.example",
        "Errors and omissions excepted",
        "Kontakt bei Fehlern: hr@fjordvik.example",
        "Fehler bitte an HR melden",
        "Approval limit: 15000",
        "Limit in SEK",
        "Terminated employees: 3",
        "Status: A = active, L = on leave, T = terminated, C = cancelled",
        "Filter: Status <> Cancelled",
        "Employees who left before 2020 are not shown",
        "Report of cancelled contracts",
        "Department: Lost and found",
        "Department: Error handling",
        "Department: Data Quality",
        "Export file of Fjordvik, complete",
        "Ohne Fehler beendet",
        "Inga rader hoppades över",
        "Utan fel",
        "Anställda utan chef: 3",
        "New employees: 3",
        "Listan är sorterad efter nummer",
        "Konfidentiell",
        "Data as of 2026-11-21",
        "Lista de empleados",
        "Personal data, handle with care",
    ],
)
def test_a_line_that_describes_the_list_is_none_of_them(text: str) -> None:
    assert not tells(text)


ANN, BO = "20401,Ann,Li,ann@x.se,", "20402,Bo,Ek,bo@x.se,"
HEADER = "Emp No,Given,Surname,Mail,Left"


def rows(*lines: str, **format: object) -> RawTable:
    text = "\n".join(lines) + "\n"
    return read(text.encode(), CsvFormat.model_validate(format), {"Emp No", "Given", "Mail"}, {"Emp No"})


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ((HEADER, ANN, BO, "ORA-01555: snapshot too old: rollback segment number 9 too small"), 4),
        ((HEADER, ANN, BO, "", "ERROR:", "ORA-01013: user requested cancel of current operation"), 5),
        ((HEADER, ANN, BO, "Msg 8152, Level 16, State 30, Line 1", "1 rows affected"), 4),
        ((HEADER, ANN, "Warning: 2 records skipped,,,,", BO), 3),
        ((HEADER, ANN, BO, "Total: 2", "12 more rows"), 5),
        (("Staff", "List truncated after 1000 rows", HEADER, ANN, BO), 2),
    ],
)
def test_no_surprise_a_line_beside_the_rows_that_says_that_the_export_broke_off_stops_the_file(lines: tuple[str, ...], line: int) -> None:
    with pytest.raises(Unfit, match=rf"Line {line} .* broke off") as unfit:
        rows(*lines)
    assert unfit.value.code == "incomplete"
    assert "`trailer`" in unfit.value.advice


def test_no_surprise_it_stops_a_workbook_and_columns_of_fixed_width_too() -> None:
    workbook = book(HEADER.split(","), ANN.split(","), [None, None, None, None, "Export aborted by user"])
    with pytest.raises(Unfit, match=r"Line 3 .* broke off"):
        read(workbook, CsvFormat(), {"Emp No", "Given", "Mail"}, {"Emp No"})
    positions = CsvFormat.model_validate({"positions": {"Emp No": "1-8", "Given": "9-16", "Mail": "17-30"}})
    text = "20401   Ann     ann@x.se\n20402   Bo      bo@x.se\nORA-01555: snapshot too old: rollback segment\n"
    with pytest.raises(Unfit, match=r"Line 3 .* broke off"):
        read(text.encode(), positions, {"Emp No", "Given", "Mail"}, {"Emp No"})


def test_a_line_that_only_sounds_so_is_let_pass_by_naming_it() -> None:
    named = rows(HEADER, ANN, BO, "Warning: 2 records skipped", trailer="^Warning: ")
    assert list(named.frame["Emp No"]) == ["20401", "20402"]
    passed_over = rows(HEADER, ANN, "Warning: 2 records skipped", BO, comment="Warning:")
    assert list(passed_over.frame["Emp No"]) == ["20401", "20402"]


def test_a_cell_of_a_person_says_nothing_of_the_file() -> None:
    result = rows(HEADER, "20401,Export failed,Li,ann@x.se,", "20402,Connection timed out", "20403,Limit reached,,,")
    assert (list(result.frame["Emp No"]), list(result.malformed.index)) == (["20401", "20403"], [3])
