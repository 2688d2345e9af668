import os
import stat

import pytest

from resources import owner_only


@pytest.fixture(autouse=True)
def _a_generous_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_every_new_level_of_a_directory_is_the_owners_alone_and_existing_ones_stay(tmp_path):
    tmp_path.chmod(0o755)
    owner_only.make_directory(tmp_path / "a" / "b")
    assert (mode(tmp_path), mode(tmp_path / "a"), mode(tmp_path / "a" / "b")) == (0o755, 0o700, 0o700)


def test_files_are_the_owners_alone(tmp_path):
    owner_only.write_new(tmp_path / "new", b"x")
    owner_only.write(tmp_path / "whole", b"x")
    owner_only.write_once(tmp_path / "once", b"x")
    assert {path.name: mode(path) for path in tmp_path.iterdir()} == {"new": 0o600, "whole": 0o600, "once": 0o600}


def test_a_new_file_replaces_none(tmp_path):
    owner_only.write_new(tmp_path / "f", b"first")
    with pytest.raises(FileExistsError):
        owner_only.write_new(tmp_path / "f", b"second")


def test_a_file_is_replaced_whole(tmp_path):
    owner_only.write(tmp_path / "f", b"first")
    owner_only.write(tmp_path / "f", b"second")
    assert (tmp_path / "f").read_bytes() == b"second"


def test_the_first_to_write_once_decides_for_all(tmp_path):
    assert owner_only.write_once(tmp_path / "f", b"first") == b"first"
    assert owner_only.write_once(tmp_path / "f", b"second") == b"first"
