"""What `rollcall webserver` makes of what is typed, before anything is served."""

from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from web import webserver


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> list[webserver.Served]:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    given: list[webserver.Served] = []
    monkeypatch.setattr(webserver, "serve", given.append)
    return given


def typed(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["webserver", *words])
    return result.exit_code, result.output


def test_by_itself_it_listens_to_this_machine_alone(served: list[webserver.Served]) -> None:
    assert typed() == (0, "")
    [one] = served
    assert (one.host, one.port, one.names, one.read_only, one.sign_on) == ("127.0.0.1", 3000, (), False, None)
    assert one.workspace.name == "workspace.yaml"


def test_without_an_instance_of_its_own_it_makes_the_projects(
    served: list[webserver.Served], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.delenv("DAGSTER_HOME")
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "rollcall"))
    assert typed()[0] == 0
    assert (tmp_path / "rollcall" / "dagster_home" / "dagster.yaml").exists()


def test_a_sign_on_is_by_a_header_an_address_and_a_secret(served: list[webserver.Served], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_PROXY_SECRET", "s3cret")
    monkeypatch.setenv("ROLLCALL_USER_HEADER", "X-User")
    assert typed("--host", "0.0.0.0", "--proxy", "10.0.0.7", "--allow-host", "https://rollcall.acme.example", "--read-only") == (0, "")
    [one] = served
    assert one.sign_on is not None
    assert (one.sign_on.header, one.sign_on.secret, str(one.sign_on.proxies[0])) == ("x-user", "s3cret", "10.0.0.7/32")
    assert (one.names, one.read_only) == (("https://rollcall.acme.example",), True)
    assert "s3cret" not in repr(one)


def test_whoever_opens_it_to_others_without_a_sign_on_is_told(served: list[webserver.Served]) -> None:
    code, said = typed("--host", "0.0.0.0")
    assert (code, len(served)) == (0, 1)
    assert "can launch runs: nobody signs on" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--allow-host", "*"], "'*' is no name of a server"),
        (["--user-header", "Host"], "'Host' is no header that a proxy names a user in"),
        (["--user-header", "X-User", "--proxy", "nginx"], "This is no address or network"),
        (["--proxy", "10.0.0.7"], "--proxy says from where --user-header is taken"),
        (["--port", "0"], "Invalid value for '--port'"),
        (["-w", "nowhere.yaml"], "does not exist"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(served: list[webserver.Served], words: list[str], says: str) -> None:
    code, said = typed(*words)
    assert (code, served) == (2, [])
    assert says in said.replace("\n", " ")
