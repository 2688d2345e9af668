"""At which TCP ports a process listens, with all that it has started."""

import contextlib
from pathlib import Path

_LISTEN = "0A"
"""The state in `/proc/net/tcp` (proc(5))."""


def listening(process: int) -> set[int]:
    """The ports."""
    held = {link for one in _with_children(process) for link in _sockets(one)}
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return {int(line[1].rpartition(":")[2], 16) for line in lines if line[3] == _LISTEN and line[9] in held}


def _with_children(process: int) -> list[int]:
    parents: dict[int, int] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            parents[int(file.parent.name)] = int(file.read_text().rpartition(") ")[2].split()[1])
    found = [process]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _sockets(process: int) -> list[str]:
    found: list[str] = []
    with contextlib.suppress(OSError):
        for link in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.append(str(link.readlink()))
    return [link[8:-1] for link in found if link.startswith("socket:[")]
