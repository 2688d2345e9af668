"""The service `connections` of compose on this machine: PgBouncer with `deploy/pgbouncer.ini`, before the PostgreSQL of the tests.

Belongs here: its files and its command. Does not belong here: starting it with the others (``tests.deploy.engine``).
"""

import os
import pwd
import shutil
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.deploy.compose import DEPLOY
from tests.processes import with_us
from tests.programs import program

PASSWORD = "tests-own-word"
INI = "/etc/pgbouncer/pgbouncer.ini"


def command(words: list[str], ports: dict[str, int], running: ExitStack) -> list[str]:
    """What starts it. PgBouncer refuses to be run by root: then it is run by Debian's user for PostgreSQL.

    Args:
        words: Its command in compose.
        ports: Port there → port here.
        running: With it its files go.
    """
    folder = Path(tempfile.mkdtemp(prefix="rollcall-connections-", dir="/tmp"))  # not below a folder that only the tests may enter
    running.callback(shutil.rmtree, folder)
    settings, users = folder / "pgbouncer.ini", folder / "users.txt"
    text = (DEPLOY / "pgbouncer.ini").read_text("utf-8")
    here = {"host=postgres port=5432": f"host=127.0.0.1 port={ports['5432']}", "= 6432": f"= {ports['6432']}", "0.0.0.0": "127.0.0.1"}
    for there, value in {**here, "/etc/pgbouncer/users.txt": str(users)}.items():
        assert there in text
        text = text.replace(there, value)
    settings.write_text(text, "utf-8")
    users.write_text(f'"rollcall" "{PASSWORD}"\n', "utf-8")
    as_nobody = with_us([], signal.SIGKILL)
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        for path in (folder, settings, users):
            os.chown(path, user.pw_uid, user.pw_gid)
        as_nobody += ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
    assert INI in words
    return [*as_nobody, program(words[0]), *[str(settings) if word == INI else word for word in words[1:]]]
