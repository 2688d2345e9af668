"""A folder with far more in it than HR's exports: what of it is kept while it is listed."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import paramiko
import pytest

from resources.hr.locations import SftpSource
from resources.hr.remote_folder import RemoteFolder

SETTINGS = {"host": "sftp.acme.example", "user": "hr", "password": {"env": "SECRET"}, "path": "out/people_*.csv"}
OTHERS = 100_000


class Full:
    """A server whose folder has so many files, made up while they are listed. It answers nothing else."""

    def __init__(self, others: int, *names: str) -> None:
        self._others, self._names = others, names

    def listdir_iter(self, _path: str) -> Iterator[paramiko.SFTPAttributes]:
        for number in range(self._others):
            yield self._entry(f"invoice_{number:07}.pdf")
        yield from map(self._entry, self._names)

    @staticmethod
    def _entry(name: str) -> paramiko.SFTPAttributes:
        entry = paramiko.SFTPAttributes()
        entry.filename, entry.st_size, entry.st_mode, entry.st_mtime = name, 10, 0o100644, 1_700_000_000
        return entry


def folder(*names: str, **settings: Any) -> RemoteFolder:
    return RemoteFolder(Full(OTHERS, *names), SftpSource.model_validate({**SETTINGS, **settings}))  # type: ignore[arg-type]


@pytest.mark.parametrize("marker", [None, "{name}.done", "{stem}.ok", "READY"])
def test_of_a_hundred_thousand_other_files_nothing_is_kept_nor_asked(marker: str | None) -> None:
    names = ("people_1.csv", "people_2.csv", "people_1.csv.done", "people_1.ok", "READY")
    tracemalloc.start()
    try:
        found = folder(*names, done_marker=marker).complete()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    complete = ["people_1.csv", "people_2.csv"] if marker in (None, "READY") else ["people_1.csv"]
    assert [file.name for file in found] == complete
    assert peak < 300_000  # three bytes for each of them


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("out/people_*.csv", ["people_1.csv"]),
        ("out/people_1.csv", ["people_1.csv"]),
        ("out/*.csv", ["people_1.csv"]),
        ("out/.p*.csv", [".people_0.csv"]),
        ("out/people_[!2-9].csv", ["people_1.csv"]),
        ("out/people_?.CSV", []),
        ("out/people_*", ["people_1.csv"]),
        ("out/people_*.filepart", ["people_1.csv.filepart"]),
    ],
)
def test_a_pattern_means_what_it_means_in_a_shell(path: str, expected: list[str]) -> None:
    found = folder("people_1.csv", ".people_0.csv", "people_1.csv.filepart", "xpeople_1.csvx", path=path).complete()
    assert [file.name for file in found] == expected
