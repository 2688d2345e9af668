"""`rollcall check` says of a file what a run would make of it, without a run."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import check as check_command
from cli.main import app

PROJECT = Path(__file__).parents[2]
DEMO = PROJECT / "pipelines" / "demo" / "data" / "acme_people_2026-11-20.csv"
ADVENTUREWORKS = PROJECT.parent / "shared" / "data" / "adventureworks" / "DimEmployee.psv"

ACME = """\
type: assets.RosterSync
attributes:
  timezone: Europe/Stockholm
  owners: [team:people]
  hr:
    csv: {path: people.csv}
    people:
      absent_means: unchanged
      columns: {employee_id: Number, email: Mail, first_name: First, last_name: Last, phone: Phone}
      phone_region: SE
  expensify:
    connection: {partner_user_id: {env: ACME_USER}, partner_user_secret: {env: ACME_SECRET}}
    feed: {policyID: {constant: "1"}}
"""
HEADER = "Number,Mail,First,Last,Phone\n"
ANN, BO = "1,ann@acme.example,Ann,Ek,0701740605\n", "2,bo(at)acme.example,Bo,Vik,växeln\n"


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "defs.yaml").write_text(ACME)
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path))
    return tmp_path


def check(folder: Path, text: str | bytes, *options: str, company: str = "acme") -> Result:
    file = folder / "people.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return CliRunner().invoke(app, ["check", company, str(file), *options])


def test_a_file_without_faults_is_usable(acme: Path) -> None:
    result = check(acme, HEADER + ANN)
    assert result.exit_code == 0
    assert "Gate: fit. 1 rows" in result.output
    assert "Rejected" not in result.output
    assert "  1 people in scope, by status: 1 active\n  1 people in scope, by dates: 1 active\n" in result.output


def test_each_reject_is_told_by_line_number_heading_and_reason_and_no_cell(acme: Path) -> None:
    result = check(acme, HEADER + ANN + BO + ANN.replace("1,", ",", 1).replace("ann@", "cy@"))
    assert result.exit_code == 3
    assert "line 3: Mail: This is no e-mail address." in result.output
    assert "line 4, no employee number: Number: The field is empty" in result.output
    assert [line.split() for line in result.output.splitlines()[1:6]] == [
        ["used", "1"],
        ["superseded", "0"],
        ["out_of_scope", "0"],
        ["nobody", "0"],
        ["rejected", "2"],
    ]
    assert not any(cell in result.output for cell in ("bo(at)", "Bo", "Vik", "ann@", "växeln"))


def test_cells_are_shown_when_they_are_asked_for(acme: Path) -> None:
    shown = check(acme, HEADER + ANN + BO, "--show-values").output
    assert "[bo(at)acme.example]" in shown
    assert "line 3, 2: Mail:" in shown


def test_a_file_of_which_too_much_is_rejected_is_unfit_and_each_reject_is_told(acme: Path) -> None:
    bad = "".join(f"{number},nobody{number},Bo,Vik,\n" for number in range(2, 8))
    result = check(acme, HEADER + ANN + bad)
    assert result.exit_code == 1
    assert "Gate: UNFIT (rejects). rejects: 6 of 7 rows were rejected (expected: at most 5)." in result.output
    assert "Gate: fit" not in result.output
    assert "line 8: Mail: This is no e-mail address." in result.output


def test_values_that_are_dropped_are_counted_by_heading(acme: Path) -> None:
    result = check(acme, HEADER + ANN + BO.replace("(at)", "@"))
    assert result.exit_code == 0
    assert "1 × Phone: This is no phone number" in result.output


def test_quiet_a_column_that_belongs_nowhere_is_told_by_our_name_for_it(acme: Path) -> None:
    settings = acme / "acme" / "defs.yaml"
    settings.write_text(settings.read_text().replace("phone: Phone", "phone: Phone, extra_grade: Monthly salary"))
    result = check(acme, HEADER.replace("\n", ",Monthly salary\n") + ANN.replace("\n", ",51000\n"))
    assert result.exit_code == 0
    assert "Private: extra_grade looks like pay, which no expense tool needs: leave it out." in result.output
    assert "salary" not in result.output and "51000" not in result.output


def test_many_rejects_are_counted_beyond_a_limit_that_can_be_lifted(acme: Path) -> None:
    text = HEADER + ANN + "".join(f"{n},{n}(at)acme.example,Bo,Vik,\n" for n in range(2, 302))
    assert "and 100 more" in check(acme, text).output
    assert "more" not in check(acme, text, "--limit", "0").output
    assert check(acme, text, "--limit", "1").output.count("  line ") == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ((HEADER + ANN).replace(",", ";"), "delimiter"),
        ((HEADER + ANN.replace("Ann", "Åsa")).encode("cp1252"), "encoding"),
        (gzip.compress(gzip.compress((HEADER + ANN).encode())), "archive"),
        (HEADER, "empty"),
        (HEADER + BO, "nobody"),
    ],
)
def test_an_unfit_file_is_named_with_what_to_do(acme: Path, text: str | bytes, code: str) -> None:
    result = check(acme, text)
    assert result.exit_code == 1
    assert f"Gate: UNFIT ({code})" in result.output
    assert "Do: " in result.output
    assert not any(cell in result.output for cell in ("Ann", "Åsa", "Bo"))


def test_a_mistake_in_the_settings_is_told_with_its_line(acme: Path) -> None:
    file = acme / "acme" / "defs.yaml"
    for old, new, told in [
        ("unchanged", "leavers", f"attributes.hr.people.absent_means at {file}:8: Input should be"),
        ('{constant: "1"}', "dept", f"attributes.expensify.feed.policyID at {file}:13: 'dept' is not mapped"),
        ("[team:people]", "[team:people", "not valid YAML"),
        ("attributes:", "attributs:", f"attributs at {file}:2: there is no such setting here"),
        ("assets.RosterSync", "assets.RosterSink", f"type at {file}: Module `assets` has no attribute `RosterSink`."),
        (
            "attributes:",
            "attributes:\n  when: {schedule: daily}",
            f"attributes.when.schedule at {file}:3: not a cron expression",
        ),
        (
            "attributes:",
            "attributes:\n  when: {deadline: {cron: '0 7 * * *', within_hours: 48}}",
            f"attributes.when.deadline at {file}:3: within_hours is longer than from one deadline to the next",
        ),
    ]:
        file.write_text(ACME.replace(old, new))
        result = check(acme, HEADER + ANN)
        assert result.exit_code == 2
        assert told in result.output
        assert "leavers" not in result.output


def test_every_place_that_is_left_open_is_told_and_the_file_is_tried_all_the_same(acme: Path) -> None:
    file = acme / "acme" / "defs.yaml"
    file.write_text(ACME.replace("[team:people]", "[team:FILL-IN]").replace('{constant: "1"}', "{constant: FILL-IN}"))
    result = check(acme, HEADER + ANN + BO)
    assert result.exit_code == 2
    assert f"attributes.owners.0 at {file}:4: still says FILL-IN\n" in result.stderr
    assert f"attributes.expensify.feed.policyID.constant at {file}:13: still says FILL-IN\n" in result.stderr
    assert "No job of the company loads before these are filled in." in result.stderr
    assert "Gate: fit. 2 rows" in result.stdout
    assert "line 3: Mail: This is no e-mail address." in result.stdout


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("Europe/Stockholm", "FILL-IN", "timezone at {file}:3"),
        ("[team:people]", "[FILL-IN]", "owners.0 at {file}:4"),
        ("[team:people]", "FILL-IN", "owners at {file}:4"),
        ("phone_region: SE", "phone_region: FILL-IN", "hr.people.phone_region at {file}:10"),
        ('{constant: "1"}', "FILL-IN", "expensify.feed.policyID at {file}:13"),
        ('{constant: "1"}', '{column: phone, lookup: {"1": FILL-IN}}', "expensify.feed.policyID.lookup.1 at {file}:13"),
        ("unchanged", "FILL-IN", "hr.people.absent_means at {file}:8"),
        ("unchanged", "FILL-IN leaver", "hr.people.absent_means at {file}:8"),
        ("{env: ACME_USER}", "FILL-IN", "expensify.connection.partner_user_id at {file}:12"),
        ('{constant: "1"}', '{column: phone, lookup: {FILL-IN: "1"}}', "expensify.feed.policyID.lookup.FILL-IN at {file}:13"),
        ("columns: {", "columns: {extra_team: FILL-IN Last, ", "hr.people.columns.extra_team at {file}:9"),
    ],
)
def test_a_place_that_is_left_open_is_told_once_wherever_it_is(acme: Path, old: str, new: str, place: str) -> None:
    file = acme / "acme" / "defs.yaml"
    file.write_text(ACME.replace(old, new))
    result = check(acme, HEADER + ANN)
    assert result.exit_code == 2
    assert [line for line in result.stderr.splitlines() if line.startswith("attributes")] == [
        f"attributes.{place.format(file=file)}: still says FILL-IN"
    ]
    assert "Gate: fit. 1 rows" in result.stdout


def test_without_a_file_the_settings_alone_are_judged_and_without_a_company_everyones(acme: Path) -> None:
    def settings(*company: str) -> Result:
        return CliRunner().invoke(app, ["check", *company])

    assert (settings("acme").exit_code, settings("acme").output) == (0, "acme: nothing is open or wrong.\n")
    for name, old, new in [("brick", "Europe/Stockholm", "Nowhere"), ("coal", "[team:people]", "[team:FILL-IN]"), ("dye", "", "")]:
        (acme / name).mkdir()
        (acme / name / "defs.yaml").write_text(ACME.replace(old, new))
    result = settings()
    assert result.exit_code == 2
    assert f"attributes.timezone at {acme / 'brick' / 'defs.yaml'}:3: not a time zone" in result.stderr
    assert f"attributes.owners.0 at {acme / 'coal' / 'defs.yaml'}:4: still says FILL-IN" in result.stderr
    assert "The file is tried" not in result.stderr
    assert settings("acme").exit_code == settings("dye").exit_code == 2  # one policy in two companies
    assert settings("nobody").exit_code == 2


def test_open_places_and_mistakes_are_told_together_in_the_order_of_the_file(acme: Path) -> None:
    file = acme / "acme" / "defs.yaml"
    file.write_text(ACME.replace("Europe/Stockholm", "Nowhere").replace("[team:people]", "[team:FILL-IN]").replace("unchanged", "never"))
    result = check(acme, HEADER + ANN)
    assert result.exit_code == 2
    assert [line.split()[0] for line in result.output.splitlines()] == [
        "attributes.timezone",
        "attributes.owners.0",
        "attributes.hr.people.absent_means",
    ]
    assert "Gate" not in result.output


def test_a_company_is_named_by_its_name_or_by_its_folder(acme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(acme, HEADER + ANN, company=str(acme / "acme")).exit_code == 0
    monkeypatch.chdir(acme / "acme")
    assert check(acme, HEADER + ANN, company=".").exit_code == 0
    result = check(acme, HEADER + ANN, company="acne")
    assert result.exit_code == 2
    assert "no company 'acne'. Did you mean acme? There are: acme." in result.output
    assert f"Neither {acme / 'acne'} nor the folder acne has a defs.yaml." in result.output
    for given, said in (("nope.yaml", "there is no such file"), ("nope/acme", "there is no such folder"), (".", "this folder has no defs")):
        result = check(acme, HEADER + ANN, company=str(acme / given))
        assert result.exit_code == 2
        assert f"{acme / given}: {said}" in result.output
        assert "no company" not in result.output


HEAVY = ("alembic", "dagster", "httpx", "jinja2", "openpyxl", "paramiko", "sqlalchemy")
"""What checking a text file needs nothing of. Which modules a command imports is its wait before it begins, on any machine."""


def test_neither_dagster_nor_network_nor_database_is_needed(acme: Path) -> None:
    (acme / "people.csv").write_text(HEADER + ANN)
    (acme / "acme" / "defs.yaml").write_text(ACME + "  when: {arrival: {every_seconds: 30}}\n")
    code = f"""
import socket, sys
socket.socket.connect = None
from cli.main import app
try:
    app(["check", "acme", {str(acme / "people.csv")!r}])
except SystemExit as ended:
    print(ended.code, [name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True
    )
    assert done.stdout.endswith("0 []\n"), done.stderr


def test_a_long_file_shows_how_far_it_is(acme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    text = HEADER + ANN
    assert "validating" not in check(acme, text).stderr
    monkeypatch.setattr(check_command, "LONG", 1)
    monkeypatch.setattr(
        check_command.Progress, "update", lambda self, task, **given: seen.append((given["completed"], given["description"]))
    )
    seen: list[tuple[int, str]] = []
    assert check(acme, text).exit_code == 0
    assert [place for place, _ in seen] == list(range(5))
    assert "validating" in dict(seen).values()


def test_the_demos_file_is_told_as_a_run_tells_it() -> None:
    result = CliRunner().invoke(app, ["check", "demo", str(DEMO)])
    assert result.exit_code == 3
    assert result.output.count("  line ") == 5
    assert "Elsa" not in result.output


@pytest.mark.skipif(not ADVENTUREWORKS.exists(), reason="the AdventureWorks export is no part of this project and is not beside it")
def test_a_real_file_is_usable_with_the_settings_in_the_guide() -> None:
    result = CliRunner().invoke(app, ["check", str(PROJECT / "docs" / "adventureworks"), str(ADVENTUREWORKS)])
    assert result.exit_code == 0
    assert "used               290" in result.output
    assert "superseded           6" in result.output


def test_accounting_lines_that_are_nobodys_and_a_header_further_down_are_told_by_line(acme: Path) -> None:
    result = check(acme, "Staff of Acme\n\n" + HEADER + ANN + HEADER + "Total: 1\nMade by Ann\n\x1a")
    assert result.exit_code == 0
    assert "Gate: fit. 1 rows" in result.output
    assert "The header was found on line 3." in result.output
    assert "nobody's, being the header once more: line 5" in result.output
    assert "nobody's, being a footer: line 6, 7" in result.output
    assert "nobody's, being the mark of the file's end: line 8" in result.output
    assert "Made by" not in result.output


def test_who_would_go_to_which_part_of_a_destination_is_told_in_counts(acme: Path) -> None:
    text = (acme / "acme" / "defs.yaml").read_text()
    own = "{connection: {organization: %s, client_id: a, client_secret: {env: ACME_SECRET}}}"
    parts = f"{{se: {own % 'a'}, dk: {own % 'b'}}}"
    findity = f"  findity: {{users: {{}}, belonging: {{organization: company_code}}, organizations: {parts}}}\n"
    (acme / "acme" / "defs.yaml").write_text(text.replace("phone: Phone}", "phone: Phone, company_code: Unit}") + findity)
    rows = "".join(f"{n},p{n}@acme.example,A{n},B{n},,{word}\n" for n, word in enumerate(["se", "dk;se", "", "moon"], start=1))
    shown = check(acme, HEADER.replace("\n", ",Unit\n") + rows).output
    told = [line.strip() for line in shown.partition("Who would go where:\n")[2].splitlines()]
    assert told[:2] == ["2 Findity se", "1 Findity dk"]
    unknown = ["1 HR's file does not say to which organization they belong", "1 HR's word for their organization is not known"]
    assert sorted(told[2:]) == unknown
    assert "moon" not in shown


def test_where_no_company_is_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path))
    result = CliRunner().invoke(app, ["check"])
    assert (result.exit_code, " ".join(result.stdout.split())) == (
        0,
        f"There is no company yet: {tmp_path} has no folder with a defs.yaml.",
    )
