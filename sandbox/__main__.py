"""`python -m sandbox`: the sandbox on a loopback port until it is told to stop.

Belongs here: the command line. Does not belong here: anything that a test would want to call.
"""

import argparse
import contextlib
import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sandbox import drill
from sandbox.faults import fault_from
from sandbox.server import Sandbox


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM, or until the parent process is gone."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        seed = json.loads(options.seed.read_text(encoding="utf-8")) if options.seed else None
        played = drill.read(options.drill) if options.drill else drill.Drill()
        sandbox = Sandbox(seed, played.switches | dict(options.switch), state_file=options.state, port=options.port)
        sandbox.box.faults += played.faults
        for fault in options.fault:
            sandbox.box.faults.append(fault_from(json.loads(fault)))
        with contextlib.ExitStack() as running:
            running.enter_context(sandbox)
            ready: dict[str, Any] = {"url": sandbox.url}
            if options.sftp_root:
                ready["sftp"] = _sftp(options, running)
            _serve(ready, options, stop)
    except (ValueError, OSError, OverflowError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2
    return 0


def _sftp(options: argparse.Namespace, running: contextlib.ExitStack) -> dict[str, Any]:
    """Start the SFTP server; return where it is and how it is known."""
    try:
        from sandbox.sftp import SftpServer  # noqa: PLC0415 - it needs a library that only developers have
    except ImportError:
        raise OSError("HR's SFTP server needs asyncssh, which is in the extra `dev`: it is not installed here") from None
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of each client that hangs up
    keys = options.sftp_key.read_text(encoding="utf-8").splitlines() if options.sftp_key else []
    state = options.state.parent if options.state else None
    server = SftpServer(
        options.sftp_root,
        user=options.sftp_user,
        password=None if keys else options.sftp_password,
        authorized_keys=keys,
        state=state,
        port=options.sftp_port,
    )
    running.enter_context(server)
    return {"host": server.host, "port": server.port, "user": server.user, "host_key": server.host_key_line}


def _serve(ready: dict[str, Any], options: argparse.Namespace, stop: threading.Event) -> None:
    is_child = options.parent == os.getppid()
    if options.ready_file:
        fresh = options.ready_file.with_name(options.ready_file.name + ".new")
        fresh.write_text(json.dumps(ready), encoding="utf-8")
        fresh.replace(options.ready_file)
    if not options.quiet:
        sys.stdout.write(f"Expensify and Findity stand-ins at {ready['url']}  (Ctrl-C ends)\n")
        if "sftp" in ready:
            sys.stdout.write("HR's SFTP server at {user}@{host}:{port}, {host_key}\n".format(**ready["sftp"]))
        sys.stdout.flush()
    while not stop.wait(0.5):
        if options.parent and not _alive(options.parent, is_child):
            break


def _alive(process: int, is_child: bool) -> bool:
    if is_child:  # a dead parent may linger as a zombie, but its children are handed on at once
        return os.getppid() == process
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _switch(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("name=value is needed")
    return name, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="Expensify's and Findity's APIs, and HR's SFTP server, on loopback."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="file in which the state outlives a restart")
    parser.add_argument("--seed", type=Path, help="JSON with what is there at the start; the demo's companies by default")
    parser.add_argument("--ready-file", type=Path, help='written as {"url": …, "sftp": …} once the server listens')
    parser.add_argument("--drill", type=Path, metavar="FILE", help="YAML with switches and faults; `--switch` goes before it")
    parser.add_argument("--switch", type=_switch, action="append", default=[], metavar="NAME=VALUE", help="see sandbox/switches.py")
    parser.add_argument("--fault", action="append", default=[], metavar="JSON", help="see sandbox/faults.py")
    parser.add_argument("--sftp-root", type=Path, metavar="DIR", help="serve this folder over SFTP too; needs the extra `dev`")
    parser.add_argument("--sftp-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--sftp-user", default="hr", help="who may log in")
    parser.add_argument("--sftp-password", default="demo-sftp-secret", help="by which; used unless there is a key")
    parser.add_argument("--sftp-key", type=Path, metavar="FILE", help="authorized_keys of that user; then no password opens")
    parser.add_argument("--parent", type=int, help="end when this process is gone")
    parser.add_argument("--quiet", action="store_true", help="do not print the address")
    return parser


if __name__ == "__main__":
    sys.exit(main())
