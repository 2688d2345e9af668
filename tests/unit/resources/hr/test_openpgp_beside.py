"""An export whose signature is a file beside it: waited for, checked before anything is read, and of nobody but a signer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resources.failures import Transient
from resources.hr import opening
from resources.hr.access import export_source
from resources.hr.agreed import OpenPgp
from resources.hr.files import Export
from resources.hr.locations import CsvSource
from roster.unfit import Unfit
from tests.pgp import Sender, sender

ROWS = b"Employee No,Surname\n1001,Kettleburn\n1002,Sprout\n"


class Desk:
    """HR with its keys, what is agreed with them, and the folder where the export lies."""

    def __init__(self, hr: Sender, keys: Path) -> None:
        self.hr, self.keys = hr, keys
        self.numbers = {name: hr.make(name) for name in ("ours", "payroll", "stranger")}
        (keys / "ours.key").write_bytes(hr.private("ours"))
        (keys / "payroll.pub").write_bytes(hr.public("payroll"))

    def agreed(self, detached: str = "{name}.sig", encrypted: bool = False) -> CsvSource:
        """What is agreed."""
        key = {"key": {"file": str(self.keys / "ours.key")}} if encrypted else {}
        signers = {"signers": [self.numbers["payroll"]], "certificates": {"file": str(self.keys / "payroll.pub")}}
        return CsvSource.model_validate({"path": "people_*", "openpgp": {**key, **signers, "detached": detached}})

    def signature(self, content: bytes, *options: str, by: str = "payroll") -> bytes:
        """A file of it."""
        return self.hr.gpg("-u", f"{by}@acme.example", *(options or ("--detach-sign",)), given=content)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Made once."""
    with sender(tmp_path_factory.mktemp("p")) as hr:
        yield Desk(hr, tmp_path_factory.mktemp("keys"))


def taken(source: CsvSource, folder: Path) -> Export:
    there = export_source(source, {}, folder, "Europe/Stockholm")
    return there.take(there.newest())


@pytest.mark.parametrize("armor", [(), ("--armor",)])
def test_a_file_is_there_once_its_signature_is_and_is_read_as_it_came(desk: Desk, tmp_path: Path, armor: tuple[str, ...]) -> None:
    source = desk.agreed("{stem}.asc" if armor else "{name}.sig")
    (tmp_path / "people_1.csv").write_bytes(ROWS)
    with pytest.raises(Transient, match=r"its signature '\{(name|stem)\}\.(sig|asc)' is not there"):
        taken(source, tmp_path)
    (tmp_path / ("people_1.asc" if armor else "people_1.csv.sig")).write_bytes(desk.signature(ROWS, *armor, "--detach-sign"))
    (tmp_path / "people_2.csv").write_bytes(b"newer, and its signature is still on its way")
    export = taken(source, tmp_path)
    assert (export.name, export.content) == ("people_1.csv", ROWS)
    assert opening.opened(export, source) == ROWS


def test_beside_an_encrypted_file_it_may_be_of_either(desk: Desk, tmp_path: Path) -> None:
    sent = desk.hr.sent(ROWS, to=("ours",))
    (tmp_path / "people_1.csv.pgp").write_bytes(sent)
    for detached, of in (("{name}.sig", sent), ("{stem}.sig", ROWS)):
        source = desk.agreed(detached, encrypted=True)
        name = detached.replace("{name}", "people_1.csv.pgp").replace("{stem}", "people_1.csv")
        (tmp_path / name).write_bytes(desk.signature(of))
        assert opening.opened(taken(source, tmp_path), source) == ROWS
        (tmp_path / name).write_bytes(desk.signature(of + b"more"))
        with pytest.raises(Unfit, match="changed after it was signed"):
            opening.opened(taken(source, tmp_path), source)


@pytest.mark.parametrize(
    ("options", "by", "of", "why"),
    [
        ((), "payroll", ROWS + b"1003,Filch\n", "changed after it was signed"),
        ((), "stranger", ROWS, "by none of `openpgp.signers`"),
        (("--sign",), "payroll", ROWS, "is none"),
        (("--clear-sign",), "payroll", ROWS, "is none"),
        (("--sign",), "payroll", b"of its own", "is none"),
        (None, "", b"", "is none"),
        (None, "", b"no signature", "is none"),
        (None, "", ROWS, "is none"),
    ],
)
def test_no_surprise_what_no_signer_has_signed_stops(
    desk: Desk, tmp_path: Path, options: tuple[str, ...] | None, by: str, of: bytes, why: str
) -> None:
    source = desk.agreed()
    (tmp_path / "people_1.csv").write_bytes(ROWS)
    (tmp_path / "people_1.csv.sig").write_bytes(of if options is None else desk.signature(of, *options, by=by))
    with pytest.raises(Unfit, match=why) as refused:
        opening.opened(taken(source, tmp_path), source)
    assert "acme.example" not in str(refused.value)
    assert "Kettleburn" not in str(refused.value)


def test_no_surprise_a_signature_that_is_not_there_or_within_the_file_stops(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "people_1.csv").write_bytes(signed := desk.signature(ROWS, "--clear-sign"))
    (tmp_path / "people_1.csv.sig").write_bytes(desk.signature(signed))
    with pytest.raises(Unfit, match="signed in itself, and its signature is agreed to lie beside it"):
        opening.opened(taken(desk.agreed(), tmp_path), desk.agreed())
    inside = desk.hr.sent(ROWS, to=("ours",), by=("payroll",))
    for given, source in ((ROWS, desk.agreed()), (inside, desk.agreed(encrypted=True))):
        (tmp_path / "people_1.csv").write_bytes(given)
        export = taken(CsvSource(path="people_1.csv"), tmp_path)
        with pytest.raises(Unfit, match=r"signature \({name}.sig\) is not beside it"):
            opening.opened(export, source)
        assert opening.plain(export.content, source) == ROWS, "as it is stored it was checked when it came"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"key": {"file": "/k"}, "detached": "{name}.sig"}, "detached is for signers"),
        ({"signers": ["A" * 40], "certificates": {"file": "/c"}, "detached": "{name}"}, "the name of another file"),
        ({"signers": ["A" * 40], "certificates": {"file": "/c"}, "detached": "sig/{name}"}, "the name of another file"),
    ],
)
def test_settings_of_a_signature_beside_the_file_that_make_no_sense_are_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        OpenPgp.model_validate(given)
