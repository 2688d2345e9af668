"""`rollcall map` turns an unknown file into settings that load, and that `rollcall check` can try at once."""

import gzip
import hashlib
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from assets import loader
from assets.attributes import Settings
from cli.main import app
from resources.hr.agreed import Manifest
from tests.pgp import PASSPHRASE, sender

PROJECT = Path(__file__).parents[2]
DEMO = PROJECT / "pipelines" / "demo" / "data" / "acme_people_2026-11-20.csv"
ADVENTUREWORKS = PROJECT.parent / "shared" / "data" / "adventureworks" / "DimEmployee.psv"
HOGIA = "Anstnr;Förnamn;Efternamn;E-post;Chef;Ort\n" + "".join(
    f"{1000 + n};{first};{last};{first}.{last}@acme.example;{'' if n == 0 else 1000};Umeå\n"
    for n, (first, last) in enumerate([("Ann", "Ek"), ("Bo", "Vik"), ("Cilla", "Lund"), ("Dag", "Berg")])
)


def drafted(folder: Path) -> Settings:
    """The settings that were written, of which nothing is wrong but that something is left open."""
    with pytest.raises(loader.SettingsMistakes) as caught:
        loader.read(folder / "defs.yaml")
    assert all("still says FILL-IN" in line for line in caught.value.lines)
    assert caught.value.draft is not None
    return caught.value.draft


FILLED_IN = {
    "timezone: FILL-IN Europe": "timezone: Europe",
    "timezone: FILL-IN": "timezone: Europe/Stockholm",
    "absent_means: FILL-IN": "absent_means: unchanged",
    "limit_unit: FILL-IN whole": "limit_unit: whole",
    "FILL-IN": "finance",
}


def fill_in(folder: Path) -> None:
    """What a reader who agrees with every guess makes of a draft."""
    file = folder / "defs.yaml"
    text = file.read_text()
    for open_place, value in FILLED_IN.items():
        text = text.replace(open_place, value)
    file.write_text(text)


def mapped(file: Path, out: Path) -> Result:
    return CliRunner().invoke(app, ["map", str(file), "--out", str(out)])


def checked(company: Path, file: Path) -> Result:
    return CliRunner().invoke(app, ["check", str(company), str(file)])


@pytest.fixture
def hogia(tmp_path: Path) -> Path:
    file = tmp_path / "inbox" / "personal_20260301.csv"
    file.parent.mkdir()
    file.write_bytes(HOGIA.encode("cp1252"))
    return file


def test_what_is_written_loads_and_reads_the_file_that_it_was_made_from(hogia: Path, tmp_path: Path) -> None:
    result = mapped(hogia, tmp_path / "acme")
    assert result.exit_code == 0
    settings = drafted(tmp_path / "acme")
    assert settings.hr.csv is not None
    assert settings.hr.csv.path == "../inbox/personal_*.csv"
    assert settings.hr.csv.encoding == "cp1252"
    assert settings.first_sync == "hold"
    assert settings.hr.people.absent_means == "unchanged"
    tried = checked(tmp_path / "acme", hogia)
    assert tried.exit_code == 2
    assert "Gate: fit. 4 rows" in tried.stdout
    text = (tmp_path / "acme" / "defs.yaml").read_text().splitlines()
    values = [number for number, line in enumerate(text, start=1) if "FILL-IN" in line.partition("#")[0]]
    assert [f":{number}: still says FILL-IN" in line for number, line in zip(values, tried.stderr.splitlines(), strict=False)] == [True] * 5
    assert [line.split()[0] for line in tried.stderr.splitlines()[:5]] == [
        "attributes.timezone",
        "attributes.owners.0",
        "attributes.hr.people.absent_means",
        "attributes.expensify.feed.policyID.constant",
        "attributes.findity.connection.organization",
    ]
    assert not any("FILL-IN" in line.partition("#")[2] for line in text)


def test_what_is_written_is_usable_once_it_is_filled_in(hogia: Path, tmp_path: Path) -> None:
    mapped(hogia, tmp_path / "acme")
    fill_in(tmp_path / "acme")
    assert checked(tmp_path / "acme", hogia).exit_code == 0


def test_the_table_says_how_sure_it_is_and_shows_no_cell(hogia: Path, tmp_path: Path) -> None:
    output = mapped(hogia, tmp_path).output
    assert "Anstnr" in output
    assert "0.95" in output
    assert not any(cell in output for cell in ("Cilla", "Lund", "acme.example", "1003", "Umeå"))


def test_every_guess_is_explained_in_the_file_and_no_cell_stands_in_it(hogia: Path, tmp_path: Path) -> None:
    mapped(hogia, tmp_path)
    text = (tmp_path / "defs.yaml").read_text()
    assert "employee_id: Anstnr  # 0.95: the heading names it" in text
    assert "manager_id: Chef  # 0.90: 100% of its values are those of 'Anstnr'" in text
    assert not any(cell in text for cell in ("Cilla", "Lund", "acme.example", "1003", "Umeå"))


def test_secrets_are_named_and_never_asked_for(hogia: Path, tmp_path: Path) -> None:
    mapped(hogia, tmp_path)
    attributes = yaml.safe_load((tmp_path / "defs.yaml").read_text())["attributes"]
    assert attributes["expensify"]["connection"]["partner_user_secret"] == {"env": "EXPENSIFY_SECRET"}
    assert attributes["findity"]["connection"]["client_secret"] == {"env": "FINDITY_SECRET"}


def test_settings_that_are_there_are_not_written_over(hogia: Path, tmp_path: Path) -> None:
    (tmp_path / "defs.yaml").write_text("mine")
    result = mapped(hogia, tmp_path)
    assert result.exit_code == 2
    assert "not written over" in result.output
    assert (tmp_path / "defs.yaml").read_text() == "mine"


def test_what_is_not_found_is_left_to_fill_in_and_the_check_says_so(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Anstnr,E-post,Kod\n1,a@acme.example,x\n2,b@acme.example,y\n")
    assert "no column looks like it" in mapped(file, tmp_path).output
    assert "first_name: FILL-IN  # not found" in (tmp_path / "defs.yaml").read_text()
    result = checked(tmp_path, file)
    assert result.exit_code == 2
    assert "attributes.hr.people.columns.first_name at" in result.stderr
    assert "not there: FILL-IN" in result.output


def test_a_guess_that_is_hardly_sure_stands_in_a_comment(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(HOGIA.replace("Ort", "Telefon"))
    mapped(file, tmp_path)
    assert "        # phone: Telefon  # 0.2" in (tmp_path / "defs.yaml").read_text()
    assert "phone" not in drafted(tmp_path).hr.people.columns


def test_a_guess_that_is_needed_and_no_surer_than_not_is_marked_and_the_file_is_tried_with_it(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    days = "".join(f"{number};a{number}@acme.example;Ann{'abc'[number % 3]} Ek;0{number}/03/2020\n" for number in range(1, 9))
    file.write_text("Anstnr;E-post;Namn;Anställningsdatum\n" + days)
    mapped(file, tmp_path)
    text = (tmp_path / "defs.yaml").read_text()
    assert "first_name: {column: FILL-IN Namn, split: First Last}  # 0.50" in text
    assert "start_date: {column: Anställningsdatum, format: FILL-IN %d/%m/%Y}  # 0.50" in text
    result = checked(tmp_path, file)
    assert result.exit_code == 2
    assert "attributes.hr.people.columns.first_name.column at" in result.stderr
    assert "attributes.hr.people.columns.start_date.format at" in result.stderr
    assert "Gate: fit. 8 rows" in result.stdout


@pytest.mark.parametrize(
    ("others", "written"), [("", "Europe/Stockholm  # 0.95: where most"), ("NO\nNO", "FILL-IN Europe/Stockholm  # 0.5")]
)
def test_the_time_zone_is_that_of_where_most_people_are_and_is_marked_where_half_are_elsewhere(
    tmp_path: Path, others: str, written: str
) -> None:
    file = tmp_path / "people.csv"
    lands = ["SE", "SE", *(others.split() or ["SE", "SE"])]
    rows = [line for line in HOGIA.splitlines() if line][1:]
    file.write_text(
        "Anstnr;Förnamn;Efternamn;E-post;Chef;Land\n"
        + "".join(f"{row.rsplit(';', 1)[0]};{land}\n" for row, land in zip(rows, lands, strict=True))
    )
    mapped(file, tmp_path)
    assert f"timezone: {written}" in (tmp_path / "defs.yaml").read_text()


def test_a_heading_that_only_holds_the_letters_of_the_mark_is_no_open_place(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(HOGIA.replace("Chef", "REFILL-INFO"))
    mapped(file, tmp_path)
    fill_in(tmp_path)
    written = tmp_path / "defs.yaml"
    written.write_text(written.read_text().replace("REfinanceFO", "REFILL-INFO"))
    assert "REFILL-INFO" in written.read_text()
    assert checked(tmp_path, file).exit_code == 0


@pytest.mark.parametrize("where", ["acme", "acme/drafts", "."])
def test_a_draft_is_written_to_no_folder_that_is_loaded(hogia: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path / "companies"))
    (tmp_path / "companies").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "companies")
    for out in (tmp_path / "companies" / where, tmp_path / "link" / where, PROJECT / "pipelines" / "muster"):
        result = mapped(hogia, out)
        assert result.exit_code == 2
        assert "no draft can be loaded. Leave --out away" in result.output
        assert "rollcall init COMPANY --from DRAFT" in result.output
    assert list((tmp_path / "companies").iterdir()) == []
    assert not (PROJECT / "pipelines" / "muster").exists()


def test_without_out_it_is_written_to_drafts_called_after_the_file(hogia: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["map", str(hogia)])
    assert result.exit_code == 0
    assert "  rollcall check drafts/personal " in result.output
    assert "  rollcall init COMPANY --from drafts/personal\n" in result.output
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("defs.yaml")] == ["drafts/personal/defs.yaml"]
    assert "drafts/" in (PROJECT / ".gitignore").read_text().splitlines()


def test_where_nothing_can_be_written_another_folder_is_asked_for(hogia: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = mapped(hogia, tmp_path / "file" / "drafts")  # as in an image, which may be read-only
    assert result.exit_code == 2
    assert "defs.yaml cannot be written (Not a directory): give another folder with --out." in result.output.replace("\n", " ")


def test_a_heading_with_line_ends_and_yaml_in_it_stays_a_heading(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(HOGIA.replace("Ort", '"Ort\n  first_sync: apply # [x]"').replace("Chef", '"Chef: {a}"'))
    assert mapped(file, tmp_path).exit_code == 0
    settings = drafted(tmp_path)
    assert settings.first_sync == "hold"
    assert settings.hr.people.columns["manager_id"].column == "Chef: {a}"


def test_a_packed_file_is_mapped_by_what_is_in_it(hogia: Path, tmp_path: Path) -> None:
    packed = tmp_path / "personal.csv.gz"
    packed.write_bytes(gzip.compress(hogia.read_bytes()))
    assert mapped(packed, tmp_path / "acme").exit_code == 0
    assert "Gate: fit. 4 rows" in checked(tmp_path / "acme", packed).stdout


def test_a_file_that_is_no_table_is_told_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(b"")
    result = mapped(file, tmp_path)
    assert result.exit_code == 1
    assert "Do: " in result.output
    assert not (tmp_path / "defs.yaml").exists()


def test_the_demos_file_is_mapped_so_that_a_check_finds_what_is_wrong_with_it(tmp_path: Path) -> None:
    assert mapped(DEMO, tmp_path).exit_code == 0
    assert "Personal ID" not in (tmp_path / "defs.yaml").read_text().replace(
        "Not proposed, because it is none of an expense tool's business: Personal ID", ""
    )
    result = checked(tmp_path, DEMO)
    assert result.exit_code == 2
    assert "attributes.expensify.feed.limit_unit at" in result.stderr
    fill_in(tmp_path)
    result = checked(tmp_path, DEMO)
    assert result.exit_code == 3
    assert "used               245" in result.output
    assert "superseded           6" in result.output
    assert "rejected             5" in result.output


@pytest.mark.skipif(not ADVENTUREWORKS.exists(), reason="the AdventureWorks export is no part of this project and is not beside it")
def test_a_real_file_without_a_header_is_mapped_well_enough_to_be_checked(tmp_path: Path) -> None:
    file = tmp_path / "people.psv"
    shutil.copy(ADVENTUREWORKS, file)
    result = mapped(file, tmp_path)
    assert result.exit_code == 0
    assert "make sure that it is no identity number" in result.output
    assert "used               290" in checked(tmp_path, file).output


def test_a_policy_by_company_is_offered_word_by_word_and_the_check_names_each(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    lines = [f"{1000 + n};Ann;Ek;ann{n}@acme.example;;{'Nord AS' if n % 3 else 'Syd AB'}" for n in range(9)]
    file.write_text("\n".join(["Anstnr;Förnamn;Efternamn;E-post;Chef;Bolag", *lines]))
    result = mapped(file, tmp_path / "my draft")
    assert f"rollcall try '{tmp_path}/my draft'" in result.output
    open_places = [line.split(" at ")[0] for line in checked(tmp_path / "my draft", file).stderr.splitlines()]
    for place in ("expensify.feed.policyID", "findity.users.organizationalUnitId"):
        assert [one for one in open_places if place in one] == [f"attributes.{place}.lookup.{word}" for word in ("Nord AS", "Syd AB")]
    fill_in(tmp_path / "my draft")
    assert checked(tmp_path / "my draft", file).exit_code == 0


def test_an_encrypted_file_is_mapped_and_checked_with_the_key_that_opens_it(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("p")
    monkeypatch.setenv("OUR_PASSPHRASE", PASSPHRASE)
    with sender(folder) as hr:
        hr.make("ours", passphrase=PASSPHRASE)
        (folder / "ours.key").write_bytes(hr.private("ours", passphrase=PASSPHRASE))
        file = tmp_path / "people_2026-11-20.csv.pgp"
        file.write_bytes(hr.sent(HOGIA.encode("cp1252"), to=("ours",)))
    out = tmp_path / "draft"

    refused = mapped(file, out)
    assert refused.exit_code == 2
    assert "--openpgp-key" in refused.output
    key = ["--openpgp-key", str(folder / "ours.key"), "--passphrase-env", "OUR_PASSPHRASE"]
    result = CliRunner().invoke(app, ["map", str(file), "--out", str(out), *key])
    assert result.exit_code == 0, result.output
    source = drafted(out).hr.csv
    assert source
    assert source.path == "../people_*.csv.pgp"
    assert source.openpgp
    assert source.openpgp.key[0].file == str(folder / "ours.key")

    fill_in(out)
    assert "Gate: fit. 4 rows" in checked(out, file).output
    monkeypatch.delenv("OUR_PASSPHRASE")
    unset = checked(out, file)
    assert unset.exit_code == 2
    assert "OUR_PASSPHRASE is not set" in unset.output


def test_a_file_of_its_hash_beside_it_becomes_a_manifest(tmp_path: Path) -> None:
    file, out = tmp_path / "people_2026-11-20.csv", tmp_path / "draft"
    file.write_bytes(HOGIA.encode("cp1252"))
    beside = file.with_name(file.name + ".md5")
    beside.write_text(f"{hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()}  {file.name}\n")
    assert mapped(file, out).exit_code == 0
    source = drafted(out).hr.csv
    assert source
    assert source.manifest == Manifest(name="{name}.md5", hash="md5")

    fill_in(out)
    assert "Gate: fit. 4 rows" in checked(out, file).output
    file.write_bytes(file.read_bytes() + b"1005;Eva;Ek;eva.ek@acme.example;1000;Lund\n")
    assert "The file has another md5 than its manifest says" in checked(out, file).output
    beside.unlink()
    assert "Its manifest is not beside it, and not compared" in checked(out, file).output


SAMPLES = PROJECT / "tests" / "sources"


def test_a_file_that_looks_like_a_systems_export_is_said_to_be_one(tmp_path: Path) -> None:
    assert "--source workday" in " ".join(mapped(SAMPLES / "workday" / "people.csv", tmp_path / "acme").output.split())


def test_an_unknown_source_lists_those_that_are_known(hogia: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["map", str(hogia), "--source", "notes", "--out", str(tmp_path / "acme")])
    assert result.exit_code == 2
    assert "workday" in result.output
    assert not (tmp_path / "acme").exists()


def test_with_a_source_what_the_file_lacks_of_it_is_told_and_absence_removes_nobody(hogia: Path, tmp_path: Path) -> None:
    out = tmp_path / "acme"
    result = CliRunner().invoke(app, ["map", str(hogia), "--source", "hogia", "--out", str(out)])
    assert result.exit_code == 0
    assert "no heading of the file is known for worker_status, start_date, end_date" in " ".join(result.output.split())
    assert drafted(out).hr.people.absent_means == "unchanged"


def test_a_systems_export_is_checked_as_it_was_mapped(tmp_path: Path) -> None:
    file, out = SAMPLES / "oracle" / "people.csv", tmp_path / "acme"
    assert CliRunner().invoke(app, ["map", str(file), "--source", "oracle", "--out", str(out)]).exit_code == 0
    fill_in(out)
    result = checked(out, file)
    assert result.exit_code == 0, result.output
    assert "Gate: fit" in result.output


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["s3://acme-hr/out/people.csv"], "copy HR's file to this machine"),
        (["sftp://hr@sftp.acme.example/out/people.csv"], "copy HR's file to this machine"),
        (["people.csv", "assignments.csv"], "name all of them under hr.files"),
        (["nowhere.csv"], "nowhere.csv: there is no such file"),
        (["."], "this is a folder"),
    ],
)
def test_what_is_no_one_file_on_this_machine_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text("No,Name\n1,Ek\n")
    (tmp_path / "assignments.csv").write_text("No,Team\n1,Sales\n")
    result = CliRunner().invoke(app, ["map", *given])
    assert result.exit_code == 2
    assert says in result.output
    assert not (tmp_path / "drafts").exists()
