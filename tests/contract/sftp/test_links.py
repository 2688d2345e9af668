"""Links in HR's folder: those that lead to files in it are files, those that lead elsewhere are followed only if the settings say so."""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import pytest

from resources.failures import Permanent
from resources.hr.sftp import Sftp
from sandbox.sftp import SftpServer

Serve = Callable[..., SftpServer]
At = Callable[..., Sftp]
NOT_FOLLOWED = "a link that leads out of its folder, and it is not followed.*`follow_links: true`"


@pytest.fixture
def elsewhere(root: Path) -> Path:
    """A file of the server that is not in HR's folder."""
    (root / "private").mkdir()
    (root / "private" / "payroll.csv").write_bytes(b"secret\n")
    return root / "private" / "payroll.csv"


@pytest.mark.parametrize(
    "target", ["../private/payroll.csv", "{absolute}", "hop.csv", "private/payroll.csv", "./../out/../private/payroll.csv"]
)
def test_no_surprise_a_link_that_leads_out_of_the_folder_is_not_followed(
    serve: Serve, at: At, root: Path, elsewhere: Path, target: str
) -> None:
    (root / "out" / "hop.csv").symlink_to("../private/payroll.csv")
    (root / "out" / "private").symlink_to("../private")
    (root / "out" / "people_2.csv").symlink_to(target.format(absolute=elsewhere))
    server = serve()
    for path in ("out/people_*.csv", "out/people_2.csv"):
        with pytest.raises(Permanent, match=NOT_FOLLOWED):
            at(server, path=path).fetch()
    assert [file.name for file in at(server).listing()] == ["people_1.csv"]
    assert at(server, follow_links=True).fetch().content == b"secret\n"


def test_links_within_the_folder_and_below_are_followed(serve: Serve, at: At, root: Path, wire: SimpleNamespace) -> None:
    (root / "out" / "old").mkdir()
    (root / "out" / "old" / "file").write_bytes(b"below\n")
    (root / "out" / "people_2.csv").symlink_to("people_1.csv")
    (root / "out" / "people_3.csv").symlink_to("people_2.csv")
    (root / "out" / "people_4.csv").symlink_to("old/file")
    server = serve()
    assert at(server, path="out/people_3.csv").fetch().content == wire.CONTENT
    assert at(server).fetch().content == b"below\n"
    (root / "here").symlink_to("out")  # the settings say this folder, wherever it lies
    assert at(server, path="here/people_*.csv").fetch().content == b"below\n"


def test_a_link_that_is_not_the_newest_is_no_matter(serve: Serve, at: At, root: Path, elsewhere: Path, wire: SimpleNamespace) -> None:
    (root / "out" / "people_0.csv").symlink_to("../private/payroll.csv")
    earlier = (root / "out" / "people_1.csv").stat().st_mtime - 1
    os.utime(elsewhere, (earlier, earlier))
    assert at(serve()).fetch().content == wire.CONTENT


def test_a_link_is_refused_however_the_server_lists_it(serve_with: Any, at: At, root: Path, elsewhere: Path) -> None:
    """Some list what a link leads to, as if it were a file; some refuse to say where one leads."""

    async def scandir(session: asyncssh.SFTPServer, path: bytes) -> Any:
        yield asyncssh.SFTPName(
            b"people_2.csv", attrs=asyncssh.SFTPAttrs(size=7, permissions=0o100644, atime=1, mtime=int(elsewhere.stat().st_mtime))
        )

    def refuse(*_: Any) -> Any:
        raise asyncssh.SFTPOpUnsupported("not here")

    (root / "out" / "people_2.csv").symlink_to("../private/payroll.csv")
    for overridden in ({"scandir": scandir}, {"realpath": refuse}):
        with pytest.raises(Permanent, match=NOT_FOLLOWED):
            at(serve_with(**overridden)).fetch()


def test_a_path_that_the_server_leaves_as_it_is_hides_no_link(
    serve_with: Any, at: At, root: Path, elsewhere: Path, wire: SimpleNamespace
) -> None:
    (root / "out" / "people_2.csv").symlink_to("../private/payroll.csv")

    def readlink(session: asyncssh.SFTPServer, path: bytes) -> bytes:
        return os.fsencode(Path(os.fsdecode(session.map_path(path))).readlink())

    server = serve_with(realpath=lambda _, path: os.path.normpath(b"/" + path.lstrip(b"/")), readlink=readlink)
    (root / "out" / "private").symlink_to("../private")
    (root / "out" / "people_3.csv").symlink_to("private/payroll.csv")
    (root / "out" / "people_4.csv").symlink_to("people_1.csv")
    for name in ("people_2.csv", "people_3.csv"):
        with pytest.raises(Permanent, match=NOT_FOLLOWED):
            at(server, path=f"out/{name}").fetch()
    assert at(server, path="out/people_4.csv").fetch().content == wire.CONTENT
