"""A server that asks for the password at a prompt, and one that is reached through another host."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import pytest

from resources.failures import Permanent, Transient
from resources.hr.sftp import Sftp
from resources.ssh.failures import Lost
from resources.ssh.session import Patience, pin
from sandbox.sftp import SftpServer, _Door
from tests import ports

Serve = Callable[..., SftpServer]
At = Callable[..., Sftp]
PASSWORD_PROMPT = ("Password: ", False)


class Prompting(_Door):
    """As PAM asks: rounds of prompts, one after the other; right is who has answered the first with the password."""

    def __init__(self, server: SftpServer, *rounds: list[tuple[str, bool]], secret: str = "") -> None:
        super().__init__(server)
        self._rounds, self._secret = list(rounds), secret
        self.answers: list[list[str]] = []

    def password_auth_supported(self) -> bool:
        return False

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return "PAM", "", "en", self._rounds.pop(0)

    def validate_kbdint_response(self, username: str, responses: list[str]) -> Any:
        self.answers.append(list(responses))
        if self._rounds:
            return "", "", "en", self._rounds.pop(0)
        return (username, [word for answer in self.answers for word in answer]) == (self._server.user, [self._secret])


@pytest.fixture
def prompting(serve: Serve, wire: SimpleNamespace) -> Callable[..., tuple[SftpServer, list[Prompting]]]:
    """A server that asks so, and what lets in at each connection."""

    def start(*rounds: list[tuple[str, bool]]) -> tuple[SftpServer, list[Prompting]]:
        doors: list[Prompting] = []

        def door(server: SftpServer) -> Prompting:
            doors.append(Prompting(server, *rounds, secret=wire.SECRET))
            return doors[-1]

        return serve(door=door), doors

    return start


@pytest.mark.parametrize("rounds", [[[PASSWORD_PROMPT]], [[PASSWORD_PROMPT], []], [[], [PASSWORD_PROMPT], []]])
def test_the_password_is_given_at_one_hidden_prompt_whatever_else_is_only_to_be_read(
    prompting: Any, at: At, wire: SimpleNamespace, rounds: list[Any]
) -> None:
    server, doors = prompting(*rounds)
    assert at(server).fetch().content == wire.CONTENT
    assert [word for answer in doors[0].answers for word in answer] == [wire.SECRET]


@pytest.mark.parametrize(
    ("rounds", "says", "given"),
    [
        ([[("Password: ", True)]], "something that is seen when it is typed.*It was given nothing", 0),
        ([[("User name: ", True)], [PASSWORD_PROMPT]], "something that is seen when it is typed", 0),
        ([[PASSWORD_PROMPT, ("Code: ", False)]], "several answers at once.*It was given nothing", 0),
        ([[PASSWORD_PROMPT], [PASSWORD_PROMPT]], "asks for more after the password, or for another one.*`user` and `password`", 1),
        ([[PASSWORD_PROMPT], [("Code: ", False)]], "asks for more after the password.*second factor", 1),
        ([[PASSWORD_PROMPT], [("Continue? ", True)]], "asks for more after the password", 1),
    ],
)
def test_quiet_a_prompt_that_shows_what_is_typed_or_wants_more_than_the_password_is_not_answered(
    prompting: Any, at: At, waited: list[float], wire: SimpleNamespace, rounds: list[Any], says: str, given: int
) -> None:
    server, doors = prompting(*rounds)
    with pytest.raises(Permanent, match=says) as refused:
        at(server).find()
    assert [word for answer in doors[0].answers for word in answer] == [wire.SECRET] * given
    assert (len(server.connections), waited) == (1, [])
    assert not any(word in str(refused.value) for word in (wire.SECRET, "Code", "User name"))


def test_a_wrong_password_at_a_prompt_is_given_once(prompting: Any, at: At, waited: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFTP_SECRET", "0ther")
    server, doors = prompting([PASSWORD_PROMPT])
    with pytest.raises(Permanent, match=r"refuses the login\. Check `user` and `password`"):
        at(server).find()
    assert ([door.answers for door in doors], waited) == ([[["0ther"]]], [])


def test_a_key_is_no_answer_to_a_prompt(prompting: Any, at: At, keys: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(keys["ed25519"].export_private_key())
    server, doors = prompting([PASSWORD_PROMPT])
    with pytest.raises(Permanent, match="wants keyboard-interactive to log in, and the settings give a key"):
        at(server, password=None, key={"file": str(tmp_path / "key")}).find()
    assert doors[0].answers == []


# ---- through another host ---------------------------------------------------------------------------------------------------------------


class GoingOn(_Door):
    """A host that goes on to others."""

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> Any:
        return True


class Staying(GoingOn):
    """As sshd with `AllowTcpForwarding no`."""

    def connection_requested(self, *_: Any) -> Any:
        raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "hr may not")


@pytest.fixture
def jump(serve: Serve) -> Callable[..., tuple[SftpServer, dict[str, Any]]]:
    """A host on the way, and what the settings say of it."""

    def start(door: type[GoingOn] = GoingOn, **changes: Any) -> tuple[SftpServer, dict[str, Any]]:
        host = serve(door=door)
        given = {"host": host.host, "port": host.port, "user": host.user, "password": {"env": "SFTP_SECRET"}}
        return host, {**given, "host_keys": [host.host_key_line], **changes}

    return start


def test_a_server_is_reached_through_a_host_that_is_pinned_too(serve: Serve, jump: Any, at: At, wire: SimpleNamespace) -> None:
    server, (host, way) = serve(), jump()
    assert at(server, jump=way).fetch().content == wire.CONTENT
    assert (len(host.connections), len(server.connections)) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "kind", "says"),
    [
        ({"host_keys": []}, Permanent, r"The jump host 127.0.0.1:\d+ has a host key that is not pinned yet"),
        ({"host_keys": "other"}, Permanent, r"The jump host 127.0.0.1:\d+ has another host key than those pinned"),
        ({"user": "nobody"}, Permanent, r"The jump host 127.0.0.1:\d+ refuses the login"),
        ({"port": "closed"}, Transient, r"The jump host 127.0.0.1:\d+ could not be reached"),
        ({"door": Staying}, Permanent, r"The jump host 127.0.0.1:\d+ does not let this user go on to another server"),
    ],
)
def test_a_host_on_the_way_that_fails_is_called_so_and_the_server_gets_nothing(
    serve: Serve, jump: Any, at: At, keys: Any, wire: SimpleNamespace, changes: dict[str, Any], kind: type[Exception], says: str
) -> None:
    server, (_, way) = serve(), jump(changes.pop("door", GoingOn))
    if changes.get("host_keys") == "other":
        changes = {"host_keys": [wire.line(keys["ed25519"])]}
    if changes.get("port") == "closed":
        changes = {"port": ports.free()}
    with pytest.raises(kind, match=says):
        at(server, jump={**way, **changes}).find()
    assert server.connections == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"host_keys": []}, r"The SFTP server 127.0.0.1:\d+ has a host key that is not pinned yet"),
        ({"user": "nobody"}, r"The SFTP server 127.0.0.1:\d+ refuses the login"),
        ({"port": "closed"}, r"The SFTP server 127.0.0.1:\d+ could not be reached from the jump host"),
    ],
)
def test_a_server_behind_it_that_fails_is_called_so(serve: Serve, jump: Any, at: At, changes: dict[str, Any], says: str) -> None:
    server, (_, way) = serve(), jump()
    changes = {"port": ports.free()} if changes.get("port") else changes
    with pytest.raises((Permanent, Lost), match=says):
        at(server, jump=way, **changes).find()


@pytest.mark.parametrize("broken", ["jump", "server"])
def test_whichever_breaks_off_in_the_middle_is_named(
    serve: Serve, jump: Any, source: Any, patience: Patience, root: Path, broken: str
) -> None:
    host, way = jump()

    class Breaking(asyncssh.SFTPServer):
        def scandir(self, path: bytes) -> Any:
            (host if broken == "jump" else server).connections[-1].abort()
            return super().scandir(path)

    server = serve(files=lambda channel: Breaking(channel, chroot=str(root).encode()))
    client = Sftp(source(server, jump=way), replace(patience, retry=replace(patience.retry, attempts=1)))
    named, port = ("jump host", host.port) if broken == "jump" else ("SFTP server", server.port)
    with pytest.raises(Lost, match=rf"The {named} 127.0.0.1:{port} "):
        client.find()


def test_a_key_is_shown_from_the_host_on_the_way(serve: Serve, jump: Any, source: Any) -> None:
    server, (host, way) = serve(), jump()
    shown = pin(server.host, server.port, jump=source(server, jump=way).jump)
    assert shown.line == server.host_key_line
    assert len(host.connections) == 1
