"""Over SFTP an export is there once its manifest or signature is, comes with what that says, and is put away with it."""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from resources.failures import Transient
from resources.hr.sftp import Sftp
from resources.hr.sources import SftpFiles
from sandbox.sftp import SftpServer
from tests.contract.sftp.test_mailbox import Emptied, Mailbox, kept

Serve = Callable[..., SftpServer]
MANIFEST = {"name": "{name}.sha256", "hash": "sha256"}
SIGNED = {"signers": ["A" * 40], "certificates": {"file": "/c"}, "detached": "{name}.sha256"}


def put(root: Path, name: str, content: bytes) -> None:
    (root / "out" / name).write_bytes(content)


def test_only_a_file_with_its_manifest_counts_and_it_comes_along(
    serve: Serve, at: Callable[..., Sftp], root: Path, wire: SimpleNamespace
) -> None:
    client = at(serve(), manifest=MANIFEST, afterwards="delete", path="out/people_*")
    with pytest.raises(Transient, match=r"is not complete: its manifest '{name}.sha256' is not there"):
        client.find()
    put(root, "people_1.csv.sha256", b"a sum")
    put(root, "people_2.csv", b"newer, and its manifest is still on its way")

    export = client.fetch()
    assert (export.name, export.content, export.companions[""]["manifest"]) == ("people_1.csv", wire.CONTENT, b"a sum")
    assert client.put_away("out/people_1.csv")
    assert [path.name for path in (root / "out").iterdir()] == ["people_2.csv"]


@pytest.mark.parametrize("manifest", ["{stem}.md5", "MANIFEST"])
def test_a_manifest_is_no_export_though_the_pattern_fits_it(serve: Serve, at: Callable[..., Sftp], root: Path, manifest: str) -> None:
    put(root, manifest.replace("{stem}", "people_1"), b"a sum")
    client = at(serve(), path="out/*", manifest={"name": manifest, "hash": "md5"})
    assert [file.name for file in client.listing()] == ["people_1.csv"]


def test_a_marker_a_manifest_and_a_signature_are_all_waited_for(serve: Serve, at: Callable[..., Sftp], root: Path) -> None:
    client = at(serve(), manifest=MANIFEST, done_marker="{name}.done", openpgp={**SIGNED, "detached": "{name}.sig"})
    for beside in ("people_1.csv.done", "people_1.csv.sha256", "people_1.csv.sig"):
        with pytest.raises(Transient):
            client.find()
        put(root, beside, b"a sum")
    assert client.find().name == "people_1.csv"


@pytest.mark.parametrize(("beside", "agreed"), [("manifest", {"manifest": MANIFEST}), ("signature", {"openpgp": SIGNED})])
def test_what_a_mailbox_takes_away_is_kept_with_what_lies_beside_it(
    serve: Serve, source: Callable[..., Any], root: Path, home: Path, wire: SimpleNamespace, beside: str, agreed: dict[str, Any]
) -> None:
    put(root, "people_1.csv.sha256", b"a sum")
    server = serve(files=lambda channel: Mailbox(channel, chroot=os.fsencode(root)))
    files = SftpFiles(source(server, **agreed))
    files.take(files.newest())
    assert not list((root / "out").iterdir())

    again = files.take(files.newest())
    assert (again.content, again.companions[""][beside]) == (wire.CONTENT, b"a sum")
    files.put_away(files.newest())
    assert kept(home) == []


@pytest.mark.parametrize("kind", [Mailbox, Emptied])
@pytest.mark.parametrize("again", ["run", "next run"])
def test_a_corrected_signature_counts_for_the_file_that_a_mailbox_took_away_before(
    serve: Serve, source: Callable[..., Any], root: Path, wire: SimpleNamespace, kind: type[Mailbox], again: str
) -> None:
    put(root, "people_1.csv.sha256", b"of another file")
    server = serve(files=lambda channel: kind(channel, chroot=os.fsencode(root)))
    files = SftpFiles(source(server, openpgp=SIGNED))
    first = files.newest()
    assert files.take(first).companions[""]["signature"] == b"of another file"
    put(root, "people_1.csv.sha256", b"corrected")

    for _ in range(2):  # the mailbox takes that away, too
        taken = files.take(first if again == "run" else files.newest())
        assert (taken.content, taken.companions[""]["signature"]) == (wire.CONTENT, b"corrected")
