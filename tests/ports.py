"""Ports that are a worker's own, for servers that must be told theirs and for addresses at which nobody may listen.

The system gives a port that was just let go to whoever asks next: to a test of another worker. These it gives to nobody.

Belongs here: choosing a port. A server that can choose its own is to do so.
"""

import itertools
import os
import socket

FIRST, EACH, WORKERS = 20_000, 500, 20
"""Below what a system gives out by itself (32768 and up on Linux), so many for each worker."""
_turn = itertools.count(os.getpid())  # whoever else runs these tests on this machine begins elsewhere


def free() -> int:
    """A port on loopback at which nobody listens, and that nobody else is given meanwhile.

    Raises:
        OSError: None of this worker's is free.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for _ in range(EACH):
        port = FIRST + worker % WORKERS * EACH + next(_turn) % EACH
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port of this worker is free")
