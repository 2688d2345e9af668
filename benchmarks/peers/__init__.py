"""What Rollcall is measured beside: drt-core under dagster-drt, dlt, polars; in an environment of their own.

Belongs here: that environment, their projects, starting them. The scripts beside this file run there and import nothing of this project.
"""

import os
import subprocess
import sys
from pathlib import Path
from string import Template

import pandas as pd

from benchmarks.measure import Measured, run
from benchmarks.server import CREDENTIALS, Server
from destinations.findity.client import Findity
from destinations.findity.settings import FindityConnection

HERE = Path(__file__).parent
UNITS = {"HR": "People"}
LOCALES = {"SE": "sv_SE", "NO": "nb_NO", "DK": "da_DK", "FI": "fi_FI", "DE": "de_DE"}


class Peers:
    """The peers' environment. Each push gets a clean file of people, so that nothing of the checking is asked of them.

    Args:
        folder: Where the environment is, or is to be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._python = folder / "bin" / "python"

    def install(self) -> None:
        """Make the environment, unless it is there and up to date.

        Raises:
            CalledProcessError: A package cannot be had.
        """
        wanted, mark = HERE / "requirements.txt", self._folder / "installed.txt"
        if mark.exists() and mark.read_text() == wanted.read_text():
            return
        uv = Path(sys.executable).with_name("uv")
        for command in (
            ["venv", "--quiet", "--clear", "--python", sys.executable, str(self._folder)],
            ["pip", "install", "--quiet", "--python", str(self._python), "--require-hashes", "--compile-bytecode", "-r", str(wanted)],
        ):
            subprocess.run([str(uv), *command], check=True, capture_output=True, text=True)
        mark.write_text(wanted.read_text())

    def drt(self, server: Server, people: Path, batch: int, folder: Path) -> Measured:
        """Push a file of people with drt, through its Dagster integration."""
        project, home = folder / f"drt_{batch}", folder / f"drt_home_{batch}"
        (project / "syncs").mkdir(parents=True)
        (home / ".drt").mkdir(parents=True)
        (home / ".drt" / "profiles.yml").write_text('peer:\n  type: duckdb\n  database: ":memory:"\n')
        (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        values = {"PEOPLE": people, "ADMIN_URL": server.environment["FINDITY_ADMIN_URL"], "BATCH": batch}
        for name in ("drt_project.yml", "syncs/users.yml"):
            (project / name).write_text(Template((HERE / "drt" / name).read_text()).substitute(values))
        environment = {"HOME": str(home), "DAGSTER_HOME": str(home), "PEER_TOKEN": _token(server), "DRT_TELEMETRY_DISABLED": "1"}
        return self._run("drt_push.py", str(project), cwd=project, **environment)

    def dlt(self, server: Server, people: Path, batch: int, folder: Path) -> Measured:
        """Push a file of people with dlt."""
        arguments = (str(people), server.environment["FINDITY_ADMIN_URL"], str(batch), str(folder / f"dlt_{batch}"))
        environment = {"HOME": str(folder), "PEER_TOKEN": _token(server), "RUNTIME__DLTHUB_TELEMETRY": "false"}
        return self._run("dlt_push.py", *arguments, cwd=folder, **environment)

    def polars(self, export: Path, out: Path) -> Measured:
        """Read an export and write payloads with polars."""
        return self._run("polars_rows.py", str(export), str(out), cwd=out.parent)

    def _run(self, script: str, *arguments: str, cwd: Path, **environment: str) -> Measured:
        # The project's own modules must not be found from there.
        clean = {"PYTHONPATH": "", "PYTHONSAFEPATH": "1", **environment}
        return run([str(self._python), str(HERE / script), *arguments], clean, cwd)


def people(rows: pd.DataFrame, server: Server, file: Path) -> int:
    """Write what of an export a peer can push without checking anything, under Findity's names; how many people that is."""
    good = rows[rows["Row state"].eq("Current") & rows["Status"].isin(["A", "LOA"]) & rows["Work e-mail"].str.contains("@")]
    good = good[good["Worker type"].ne("Contractor")].dropna(subset="Employee No").drop_duplicates("Employee No")
    units = _units(server)
    users = pd.DataFrame(
        {
            "externalSourceId": good["Employee No"],
            "firstName": good["First name"],
            "lastName": good["Last name"],
            "email": good["Work e-mail"],
            "personnelNumber": good["Employee No"],
            "organizationalUnitId": good["Department"].replace(UNITS).map(units),
            "locale": good["Country"].map(LOCALES),
        }
    )
    users.to_csv(file, index=False)
    return len(users)


def _connection(server: Server) -> FindityConnection:
    where = server.environment
    return FindityConnection.model_validate(
        {
            "admin_url": where["FINDITY_ADMIN_URL"],
            "token_url": where["FINDITY_TOKEN_URL"],
            "organization": "acme",
            "client_id": {"env": "FINDITY_CLIENT"},
            "client_secret": {"env": "FINDITY_SECRET"},
            "invitation_mail_checked": True,
        }
    )


def _units(server: Server) -> dict[str, str]:
    os.environ.update(CREDENTIALS)
    with Findity(_connection(server)) as client:
        units = client.units()
    return dict(zip(units["name"], units["id"], strict=True))


def _token(server: Server) -> str:
    os.environ.update(CREDENTIALS)
    with Findity(_connection(server)) as client:
        return client._tokens.current()
