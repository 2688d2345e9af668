"""`rollcall sftp pin`."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest
import yaml
from typer.testing import CliRunner

from cli import sftp as sftp_commands
from cli.main import app
from resources import places
from sandbox.sftp import SftpServer, _Door

OLD, NEW = "ssh-ed25519 AAAAold", "ssh-rsa AAAAnew=="
YAML = """\
type: assets.RosterSync
attributes:
  hr:
    # Where HR puts it.
    sftp:
      host: 127.0.0.1  # ours
      port: {port}
      path: "out/*.csv"
"""


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    monkeypatch.setattr(places, "PROJECT", tmp_path)

    def write(name: str, text: str) -> Path:
        file = tmp_path / "pipelines" / name / "defs.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(text)
        return file

    return write


def run(*arguments: str, answer: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["sftp", "pin", *arguments], input=answer)
    return result.exit_code, result.output


def test_the_key_is_shown_and_stored_after_asking(serve: Callable[..., SftpServer], company: Callable[[str, str], Path]) -> None:
    server = serve()
    file = company("acme", YAML.format(port=server.port))
    before = file.read_text()
    code, output = run("127.0.0.1", answer="y\n")
    assert code == 0
    assert asyncssh.import_public_key(server.host_key_line).get_fingerprint() in output
    assert f"- {server.host_key_line}" in output
    after = file.read_text()
    assert yaml.safe_load(after)["attributes"]["hr"]["sftp"]["host_keys"] == [server.host_key_line]
    assert [line for line in after.splitlines() if line in before.splitlines()] == before.splitlines()
    assert run("127.0.0.1")[1].endswith("It is pinned in pipelines/acme/defs.yaml already.\n")


def test_the_port_may_come_from_the_environment(
    serve: Callable[..., SftpServer], company: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    company("acme", YAML.format(port="{env: HR_PORT}"))
    monkeypatch.setenv("HR_PORT", str(server.port))
    assert server.host_key_line in run("127.0.0.1", answer="n\n")[1]
    monkeypatch.delenv("HR_PORT")
    assert run("127.0.0.1") == (
        2,
        "The YAML takes the port from the environment variable HR_PORT, which holds none: give it with --port.\n",
    )


def test_nothing_is_stored_without_a_yes(serve: Callable[..., SftpServer], company: Callable[[str, str], Path]) -> None:
    text = YAML.format(port=serve().port)
    file = company("acme", text)
    for answer in ("n\n", "\n", ""):
        assert run("127.0.0.1", answer=answer)[0] == 1
    assert file.read_text() == text


def test_settings_that_cannot_be_written_are_left_to_whoever_can(
    serve: Callable[..., SftpServer], company: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    company("acme", YAML.format(port=serve().port))

    def read_only(*_: Any, **__: Any) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "write_text", read_only)
    code, said = run("127.0.0.1", answer="y\n")
    assert code == 2
    assert "pipelines/acme/defs.yaml cannot be written (Read-only file system): put the line into it" in said.replace("\n", " ")


def test_a_host_that_no_company_names_is_shown_only(serve: Callable[..., SftpServer], company: Callable[[str, str], Path]) -> None:
    server = serve()
    code, output = run("127.0.0.1", "--port", str(server.port))
    assert code == 0
    assert server.host_key_line in output
    assert "nothing was stored" in output


def test_which_company_is_asked_where_several_name_the_host(serve: Callable[..., SftpServer], company: Callable[[str, str], Path]) -> None:
    server = serve()
    acme, other = (company(name, YAML.format(port=server.port)) for name in ("acme", "other"))
    assert run("127.0.0.1", answer="y\n") == (2, "Several companies name this host, say which: rollcall sftp pin acme 127.0.0.1\n")
    assert run("other", "127.0.0.1", answer="y\n")[0] == 0
    assert server.host_key_line not in acme.read_text()
    assert server.host_key_line in other.read_text()
    assert run("acme", "sftp.acme.example")[0] == 2
    assert run("acne", "127.0.0.1") == (2, "There is no company 'acne'. Did you mean acme? There are: acme, other.\n")


def test_every_part_that_names_the_server_trusts_it(serve: Callable[..., SftpServer], company: Callable[[str, str], Path]) -> None:
    server = serve()
    part = "{{sftp: {{host: 127.0.0.1, port: {port}}}}}".format
    road = f"  anywhere:\n    delivery: {part(port=server.port)}\n    other: {part(port=server.port + 1)}\n"
    file = company("acme", YAML.format(port=server.port) + road)
    assert run("127.0.0.1", answer="y\n")[0] == 0
    given = yaml.safe_load(file.read_text())["attributes"]
    trusted = [part["sftp"].get("host_keys") for part in (given["hr"], given["anywhere"]["delivery"], given["anywhere"]["other"])]
    assert trusted == [[server.host_key_line], [server.host_key_line], None]
    assert run("127.0.0.1")[1].endswith("It is pinned in pipelines/acme/defs.yaml already.\n")


def test_a_server_that_cannot_be_reached_is_one_sentence(company: Callable[[str, str], Path]) -> None:
    code, output = run("127.0.0.1", "--port", "1")
    assert code == 2
    assert output == (
        "The SFTP server 127.0.0.1:1 could not be reached. Check `host`, `port` and the firewall if it stays so; else run again later.\n"
    )


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("sftp:\n  host: h\n  path: p\n", "sftp:\n  host: h\n  host_keys:\n    - {new}\n  path: p\n"),
        ("sftp:\n  host: h", "sftp:\n  host: h\n  host_keys:\n    - {new}"),
        ("sftp:\n  host: h\n  host_keys:\n  path: p\n", "sftp:\n  host: h\n  host_keys:\n    - {new}\n  path: p\n"),
        ("sftp:\n  host: h\n  host_keys: []  # none\n", 'sftp:\n  host: h\n  host_keys: ["{new}"]  # none\n'),
        ("sftp:\n  host: h\n  host_keys: [{old}]\n", 'sftp:\n  host: h\n  host_keys: [{old}, "{new}"]\n'),
        (
            "sftp:\n  host_keys:\n  - {old}  # 2025\n\n  # x\n  host: h\n",
            "sftp:\n  host_keys:\n  - {old}  # 2025\n  - {new}\n\n  # x\n  host: h\n",
        ),
        ("a: {{sftp: {{host: h, path: p}}}}\n", 'a: {{sftp: {{host: h, host_keys: ["{new}"], path: p}}}}\n'),
    ],
)
def test_however_the_yaml_is_written_only_the_line_is_added(written: str, becomes: str) -> None:
    assert sftp_commands.with_host_key(written.format(old=OLD), "h", NEW) == becomes.format(old=OLD, new=NEW)
    yaml.safe_load(becomes.format(old=OLD, new=NEW))


THROUGH = """\
type: assets.RosterSync
attributes:
  hr:
    sftp:
      host: 127.0.0.1
      port: {port}
      path: "out/*.csv"
      jump:
        host: localhost
        port: {jump_port}
        user: hr
        password: {{env: SFTP_SECRET}}
"""


class _GoingOn(_Door):
    def connection_requested(self, *_: object) -> bool:
        return True


def test_a_server_behind_another_host_is_pinned_from_there_once_that_one_is(
    serve: Callable[..., SftpServer], company: Callable[[str, str], Path]
) -> None:
    server, jump = serve(), serve(door=_GoingOn)
    file = company("acme", THROUGH.format(port=server.port, jump_port=jump.port))
    code, output = run("127.0.0.1")
    assert (code, "The jump host localhost" in output, "not pinned yet" in output) == (2, True, True)
    assert server.connections == []
    assert run("localhost", answer="y\n")[0] == 0
    assert run("127.0.0.1", answer="y\n")[0] == 0
    pinned = yaml.safe_load(file.read_text())["attributes"]["hr"]["sftp"]
    assert (pinned["host_keys"], pinned["jump"]["host_keys"]) == ([server.host_key_line], [jump.host_key_line])
    assert len(server.connections) == 1


def test_the_server_for_the_list_for_hr_is_pinned_with_the_one_that_it_comes_from() -> None:
    text = "hr:\n  sftp:\n    host: a.example\n  skipped:\n    put_back:\n      host: a.example\n"
    stored = yaml.safe_load(sftp_commands.with_host_key(text, "a.example", NEW))["hr"]
    assert stored["sftp"]["host_keys"] == stored["skipped"]["put_back"]["host_keys"] == [NEW]
    alone = yaml.safe_load(sftp_commands.with_host_key(text.replace("a.example", "b.example", 1), "a.example", NEW))["hr"]
    assert "host_keys" not in alone["sftp"]
    assert alone["skipped"]["put_back"]["host_keys"] == [NEW]
