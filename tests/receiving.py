"""Servers on loopback that alerts are sent to: a webhook's, over TLS too, and one for mail.

Belongs here: what takes messages, and how it misbehaves. Does not belong here: who sends.
"""

import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.ports import free


@dataclass
class Receiver:
    """A webhook."""

    port: int = 0
    status: int = 200
    """What it answers; 0: nothing, it hangs."""
    got: list[tuple[str, Any]] = field(default_factory=list)
    """Path and body of what it took, in order."""
    tried: int = 0
    released: threading.Event = field(default_factory=threading.Event)
    """Ends its hanging: it hangs up."""
    then: threading.Event | None = None
    """What is set once it has taken something."""

    def url(self, token: str = "hook", kind: str = "json") -> str:
        """Where it is, as Apprise has it."""
        return f"{kind}://127.0.0.1:{self.port}/{token}"

    @property
    def texts(self) -> list[str]:
        """Title and body of what it took as JSON."""
        return [f"{body['title']}\n{body['message']}" for _, body in self.got]


@contextmanager
def receiver(folder: Path | None = None) -> Iterator[Receiver]:
    """A webhook that is there for as long as the block; with a folder for its certificate, over TLS."""
    it = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            it.tried += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not it.status:
                it.released.wait(60)
                return
            if it.status < 300:
                it.got.append((self.path, json.loads(body)))
            answer = b"ok"
            self.send_response(it.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            if it.then:
                it.then.set()

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Whoever waited in vain has hung up."""

    server = Quiet(("127.0.0.1", 0), Handler)
    if folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(folder))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    it.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield it
    finally:
        it.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> Path:
    """A key and a certificate that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(days=1))
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = made.add_extension(alternative, critical=False).sign(key, hashes.SHA256())
    file = folder / "receiver.pem"
    plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(plain + signed.public_bytes(serialization.Encoding.PEM))
    return file


class Mailbox:
    """What a mail server took."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a mail."""
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    """A mail server that is there for as long as the block, and its port."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free())
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()
