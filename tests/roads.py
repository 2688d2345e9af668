"""The three roads of a feed, each with a server of its own over one folder: the sandbox's SFTP server, and a web server with a password.

Belongs here: the servers, and the settings that lead there. Does not belong here: what goes by the roads.
"""

import os
import threading
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from sandbox.sftp import SftpServer

ROADS = ("request", "sftp", "download")
USER, PASSWORD = "feed", "f33d &with:words"
VARIABLES = {"FEED_PASSWORD": PASSWORD}


class WebFolder:
    """A web server that offers a folder to one user.

    Args:
        folder: Which.
        login: Whom it lets in.
        answer: Answers in its place (status, body), given the path and whether the password was right; None: as usual.
    """

    def __init__(
        self,
        folder: Path,
        answer: Callable[[str, bool], tuple[int, bytes] | None] = lambda *_: None,
        login: tuple[str, str] = (USER, PASSWORD),
    ) -> None:
        self.seen: list[tuple[str, bool]] = []
        """Every path that was asked for, and whether with the password."""
        right = "Basic " + b64encode(":".join(login).encode()).decode()
        seen = self.seen

        class Handler(BaseHTTPRequestHandler):
            wbufsize = -1

            def do_GET(self) -> None:
                let_in, file = self.headers.get("Authorization") == right, folder / self.path.lstrip("/")
                seen.append((self.path, let_in))
                usual = (401, b"") if not let_in else (200, file.read_bytes()) if file.is_file() else (404, b"")
                status, body = answer(self.path, let_in) or usual
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", f"https://elsewhere.example{self.path if status == 301 else '/'}")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tests say themselves what they saw."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"


class Roads:
    """Both servers over one folder, for as long as the block lasts; their password is in the environment."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "feeds"
        self.folder.mkdir(parents=True)
        self.sftp, self.web = SftpServer(root, user=USER, password=PASSWORD), WebFolder(self.folder)

    def __enter__(self) -> Self:
        os.environ.update(VARIABLES)
        with ExitStack() as running:
            running.enter_context(self.sftp)
            running.enter_context(self.web)
            self._running = running.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def settings(self, road: str, **changes: Any) -> Any:
        """`delivery` of the settings."""
        given: dict[str, Any] = {"user": USER, "password": {"env": "FEED_PASSWORD"}}
        if road == "sftp":
            given |= {"host": self.sftp.host, "port": self.sftp.port, "host_keys": [self.sftp.host_key_line], "folder": "feeds"}
        if road == "download":
            given |= {"folder": str(self.folder), "url": self.web.url}
        return "request" if road == "request" else {road: {**given, **changes}}

    def lying(self) -> list[Path]:
        """What lies in the folder."""
        return sorted(self.folder.iterdir())
