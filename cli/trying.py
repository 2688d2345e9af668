"""`rollcall try`: a company or a draft on this machine, with the sandbox in the place of its destinations.

Belongs here: the place where a trial is kept, its sandbox, and the command that runs inside of it. Does not belong here: what is tried
(``assets.trial``).
"""

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from assets import loader, names, trial
from cli import demo as place
from cli.terminal import say, stop
from resources import places
from resources.failures import Failed
from resources.owner_only import make_directory, write
from resources.to_type import TRIAL
from roster.unfit import Unfit

NOT_TAKEN_ALONG: Final = ("ROLLCALL_LEDGER", "ROLLCALL_STORAGE", "ROLLCALL_SERVE_URL", "DAGSTER_HOME")
"""What would lead out of the trial."""

app = typer.Typer()


@app.command("try", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False})
def try_company(
    ctx: typer.Context,
    company: Annotated[str, typer.Argument(help="A company, or the folder of a draft.", autocompletion=names.companies)],
    file: Annotated[Path | None, typer.Option(help="HR's file, in place of the one that the settings name.", dir_okay=False)] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew: forget what was tried before.")] = False,
) -> None:
    """Try a company, or a draft, on this machine: its own settings and file against the sandbox, in a place of its own."""
    try:
        folder = places.home().absolute() / "trials" / trial.called(loader.find(company))
        file = file or (_given_before(folder) if ctx.args else None)
        tried = trial.prepare(company, file)
    except loader.SettingsMistakes as mistakes:
        stop(str(mistakes))
    _keep(make_directory(folder), file)
    sandbox = _seeded(folder, tried, fresh)
    with place.served(sandbox, ["--seed", str(sandbox / "seed.json")]) as address:
        if not ctx.args:
            for one in tried.filled:
                say(f"{one} is open: something stands in for it here.")
            for one in tried.left_out:
                say(f"{one} has no stand-in: it is left out here.")
            say(f"A trial: stand-ins play the destinations, at {address['url']}, and everything is kept in {folder}.")
        command = ctx.args or ["run", f"{tried.company}_sync"]
        typed = shlex.join([*(["--file", str(file)] if file else []), company])  # what stands behind the company is a command
        code = subprocess.run(_rollcall(command), env=_environment(folder, tried, address["url"], typed), check=False).returncode  # noqa: S603
    raise typer.Exit(code)


def _given_before(folder: Path) -> Path | None:
    """HR's file that was named when the trial last ran: a command inside of it is about that one."""
    kept = folder / "file"
    file = Path(kept.read_text(encoding="utf-8")) if kept.exists() else None
    return file if file and file.is_file() else None


def _keep(folder: Path, file: Path | None) -> None:
    if file is None:
        (folder / "file").unlink(missing_ok=True)
    else:
        write(folder / "file", str(file.absolute()).encode())


def _seeded(folder: Path, tried: trial.Trial, fresh: bool) -> Path:
    """The company's folder with its YAML as it is tried, and the sandbox's with its seed; give the latter.

    What was tried before goes on, unless the rules name other policies or units than the sandbox was begun with.
    """
    companies = make_directory(folder / "pipelines" / tried.company)
    write(companies / "defs.yaml", tried.text.encode())
    try:
        seed = trial.seed(loader.read(companies / "defs.yaml"))
    except loader.SettingsMistakes as mistakes:
        stop(str(mistakes))
    except (Unfit, Failed) as unfit:
        stop(f"HR's file cannot be tried: {unfit}")
    content = json.dumps(seed, sort_keys=True).encode()
    file = folder / "sandbox" / "seed.json"
    if fresh or not file.exists() or _digest(file.read_bytes()) != _digest(content):
        if file.exists():
            say("The trial begins anew." if fresh else "The trial begins anew: the policies, units or values that there are have changed.")
        for name in ("sandbox", "home"):
            shutil.rmtree(folder / name, ignore_errors=True)
        write(make_directory(folder / "sandbox") / "seed.json", content)
    return folder / "sandbox"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _environment(folder: Path, tried: trial.Trial, url: str, typed: str) -> Mapping[str, Any]:
    own = {name: value.format(sandbox=url) for name, value in tried.environment.items()}
    own |= {"ROLLCALL_HOME": str(make_directory(folder / "home")), "ROLLCALL_PIPELINES": str(folder / "pipelines"), TRIAL: typed}
    return {**{name: value for name, value in os.environ.items() if name not in NOT_TAKEN_ALONG}, **own}


def _rollcall(command: list[str]) -> list[str]:
    return [sys.executable, "-c", "import sys; sys.argv[0] = 'rollcall'; from cli.main import app; app()", *command]
