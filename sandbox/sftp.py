"""HR's SFTP server: one folder on a loopback port, for one user.

Belongs here: running it inside a process or a test. Does not belong here: what lies in the folder, and servers that misbehave (the tests
that need them).

What is needed for it, asyncssh, comes with the extra `dev` only: the rest of the sandbox runs without.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncssh

USER = "hr"
PASSWORD = "demo-sftp-secret"  # noqa: S105 - the sandbox's own, a secret of nothing


def host_key(folder: Path | None) -> asyncssh.SSHKey:
    """The server's key: the one kept in `folder`, made when it is first asked for; without a folder a new one."""
    if folder is None:
        return asyncssh.generate_private_key("ssh-ed25519")
    file = folder / "sftp_host_key"
    if not file.exists():
        fresh = file.with_name(file.name + ".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
        fresh.replace(file)
    return asyncssh.read_private_key(file)


class _Door(asyncssh.SSHServer):
    """Lets one user in, by password or key."""

    def __init__(self, server: "SftpServer") -> None:
        self._server = server

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._server.connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return self._server.password is not None

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (self._server.user, self._server.password)

    def public_key_auth_supported(self) -> bool:
        return bool(self._server.authorized_keys)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == self._server.user and key.export_public_key().split()[:2] in self._server.authorized_keys


class SftpServer:
    """A running SFTP server on a free loopback port, in a thread of its own.

    ::

        with SftpServer(tmp_path, authorized_keys=[public]) as server:
            connect("127.0.0.1", server.port, server.host_key_line)
    """

    host = "127.0.0.1"

    def __init__(
        self,
        root: Path,
        *,
        user: str = USER,
        password: str | None = PASSWORD,
        authorized_keys: list[str] | None = None,
        state: Path | None = None,
        port: int = 0,
        files: Callable[[Any], asyncssh.SFTPServer] | None = None,
        door: Callable[["SftpServer"], asyncssh.SSHServer] | None = None,
        **options: Any,
    ) -> None:
        """Prepare a server; entering it starts it.

        Args:
            root: The folder that the user sees as the whole world.
            user: Who may log in.
            password: By which; None allows no password.
            authorized_keys: By which public keys, each a line as in authorized_keys.
            state: The folder that keeps the host key, owner-only; without one the key is new each time.
            port: 0 takes a free one.
            files: Makes what answers the requests of a session, for a server that misbehaves; by default it serves `root`.
            door: Makes what lets somebody in, for a server that asks otherwise or goes on to others.
            **options: Passed on to asyncssh, such as `server_host_keys`.
        """
        self.user, self.password = user, password
        self.connections: list[asyncssh.SSHServerConnection] = []
        """All that there have been, oldest first."""
        self.authorized_keys = [line.encode().split()[:2] for line in authorized_keys or []]
        key = host_key(state)
        self.host_key_line = " ".join(key.export_public_key().decode().split()[:2])
        self.port = port
        self._options = {"server_host_keys": [key], "allow_scp": False, **options}
        self._door = door or _Door
        self._files = files or (lambda channel: asyncssh.SFTPServer(channel, chroot=os.fsencode(root)))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="sandbox-sftp")

    def __enter__(self) -> Self:
        """Listen, and serve from a thread."""
        self._thread.start()
        self._listener = self._await(
            asyncssh.listen(self.host, self.port, server_factory=lambda: self._door(self), sftp_factory=self._files, **self._options)
        )
        self.port = self._listener.get_port()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop serving, and hang up on whoever is still there."""
        self._await(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def settle(self) -> None:
        """Wait until every connection that was hung up on is closed here too."""
        for connection in self.connections:
            self._await(connection.wait_closed())

    def _await(self, work: Any) -> Any:
        async def run() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    async def _end(self) -> None:
        self._listener.close()
        for connection in self.connections:
            connection.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
