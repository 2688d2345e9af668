"""What the settings of an SFTP source may say."""

import re
from typing import Any

import asyncssh
import pytest
from pydantic import ValidationError

from resources.hr.locations import SftpSource

LOGIN = {"host": "gate.acme.example", "user": "hr", "password": {"env": "SFTP_SECRET"}}
GIVEN = {"host": "sftp.acme.example", "user": "hr", "password": {"env": "SFTP_SECRET"}, "path": "out/people_*.csv"}


def source(**changes: Any) -> SftpSource:
    return SftpSource.model_validate({**GIVEN, **changes})


def test_the_defaults_trust_nobody_and_leave_the_file() -> None:
    settings = source()
    assert (settings.port, settings.host_keys, settings.ssh_rsa, settings.afterwards) == (22, [], False, "leave")
    assert (settings.jump, settings.follow_links) == (None, False)


def test_it_reads_its_rows_like_a_local_file() -> None:
    assert source(delimiter=";", trailer="#END").delimiter == ";"


def test_a_host_key_may_carry_a_comment(keys: dict[str, asyncssh.SSHKey]) -> None:
    for key in keys.values():
        (pinned,) = source(host_keys=[key.export_public_key().decode().strip() + " sftp.acme.example 2026"]).pinned()
        assert pinned.line == " ".join(key.export_public_key().decode().split()[:2])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"password": None}, "exactly one of key and password is needed"),
        ({"key": {"env": "KEY"}}, "exactly one of key and password is needed"),
        ({"password": "hunter2"}, "a secret is never written here"),
        ({"password": None, "key": "-----BEGIN hunter2"}, "a private key is never written here"),
        ({"password": None, "key": {"env": "KEY", "file": "/hunter2"}}, "exactly one of env and file is needed"),
        ({"password": None, "key": {"file": "hunter2"}}, "String should match pattern"),
        ({"passphrase": {"env": "PHRASE"}}, "passphrase is for a key"),
        ({"host": "hunter2@sftp.acme.example"}, "String should match pattern"),
        ({"host_keys": ["hunter2"]}, "line 1 is no host key: write it as `ssh-ed25519 AAAA…`"),
        ({"host_keys": ["ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIE72K8DWBfZlDTZDwYL7byqyAFm4Od/VSAjVfIJxc8gW"]}, "line 1 is no host key"),
        ({"path": "out/*/people.csv"}, "a file, or a pattern in one folder"),
        ({"path": "out/"}, "a file, or a pattern in one folder"),
        ({"done_marker": "{name}"}, "the name of another file in the same folder"),
        ({"done_marker": "../hunter2"}, "the name of another file in the same folder"),
        ({"afterwards": "archive"}, "archive names the folder for `afterwards: archive`"),
        ({"archive": "done"}, "archive names the folder for `afterwards: archive`"),
        ({"jump": {"host": "gate", "user": "hr"}}, "exactly one of key and password is needed"),
        ({"jump": {"host": "gate", "user": "hr", "password": "hunter2"}}, "a secret is never written here"),
        ({"jump": {**LOGIN, "host_keys": ["hunter2"]}}, "line 1 is no host key"),
        ({"jump": {**LOGIN, "jump": LOGIN}}, "Extra inputs are not permitted"),
        ({"jump": {**LOGIN, "path": "out/x.csv"}}, "Extra inputs are not permitted"),
        ({"follow_links": "perhaps"}, "Input should be a valid boolean"),
        ({"afterwards": "rename"}, "Input should be 'leave', 'archive' or 'delete'"),
    ],
)
def test_a_mistake_is_told_without_the_value(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(says)) as wrong:
        source(**changes)
    assert "hunter2" not in str(wrong.value)
