"""`rollcall run`, `demo`, `release`, `reexecute`, `recover`: the commands that start runs, or go on with them.

Belongs here: what may be typed, and refusing what is wrong with it before anything is started. Does not belong here: starting and
following a run (``cli.running``).
"""

import os
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
import yaml

from assets import names
from cli import demo as place
from cli.terminal import stop
from roster.vocabulary import RELEASED_BY_KIND

app = typer.Typer()


def _running() -> ModuleType:
    from cli import running  # noqa: PLC0415 - Dagster takes most of a second: not for help, nor to say that there is no such job

    return running


@app.command()
def demo(
    night: Annotated[
        int, typer.Option(min=1, max=2, help="2: six people leave, somebody is refused; then a file that was cut short arrives.")
    ] = 1,
) -> None:
    """Sync the demo company with the sandbox and show what happened, person by person."""
    _known("job", "demo_sync", names.jobs())
    place.use_own_instance()
    with place.sandbox(meanwhile=_running) as environment:
        os.environ.update(environment)
        _running().run_demo(night, place.origin(environment))


@app.command()
def run(
    job: Annotated[str, typer.Argument(help="A job, such as acme_sync.", autocompletion=names.jobs)],
    config: Annotated[str, typer.Option(help="What the job asks for, as YAML: '{employee_ids: [E1042]}'; or @FILE.")] = "{}",
) -> None:
    """Run a job now, on the instance of DAGSTER_HOME, with the environment as it is."""
    given = _in_full(job, _config(config))
    _known("job", job, names.jobs())
    _running().run(job, given)


def _kinds(given: list[str] | None) -> list[str] | None:
    if unknown := [kind for kind in given or [] if kind not in RELEASED_BY_KIND]:
        raise typer.BadParameter(f"{', '.join(unknown)} is no kind of change; there are {', '.join(RELEASED_BY_KIND)}")
    return given


def _not_empty(given: str) -> str:
    if not given.strip():
        raise typer.BadParameter("it is empty: a release is somebody's, and has a reason")
    return given


@app.command()
def release(
    company: Annotated[str, typer.Argument(help="A company, such as acme.", autocompletion=names.companies)],
    digest: Annotated[str, typer.Argument(help="Names what is held; in the report, on the plan's check, and in rollcall status.")],
    by: Annotated[str, typer.Option(callback=_not_empty, help="Who releases it.")],
    reason: Annotated[str, typer.Option(callback=_not_empty, help="Why.")],
    kind: Annotated[
        list[str] | None, typer.Option(callback=_kinds, help="Only this kind of change, such as join; once for each. Without: all.")
    ] = None,
    person: Annotated[
        list[str] | None, typer.Option(help="Only this employee number; once for each. Without: everyone whom the set holds.")
    ] = None,
) -> None:
    """Apply what a plan held, as far as it is still wanted and the same. Nothing else is written."""
    _known("company", company, names.companies())
    config = {"digest": digest, "kinds": kind or [], "people": person or [], "released_by": by, "reason": reason}
    _running().run(f"{company}_release", config)


@app.command()
def reexecute(
    run: Annotated[
        str, typer.Argument(help="A run that failed, by the first characters of its id in rollcall status, the report or the UI.")
    ],
) -> None:
    """Run what failed in a run again, and what it never reached; what it finished stays as it is."""
    _running().reexecute(run)


@app.command()
def undo(
    run: Annotated[str, typer.Argument(help="A run, by the first characters of its id in rollcall status, the report or the UI.")],
) -> None:
    """Plan what takes back what a run wrote, and hold all of it. Nothing is written before a release."""
    _running().undo(run)


@app.command()
def recover(
    company: Annotated[
        str | None, typer.Argument(help="A company, such as acme; everyone's runs without it.", autocompletion=names.companies)
    ] = None,
) -> None:
    """Mark runs whose process has died as failed, so that they can be re-executed and hold up no other run."""
    _running().recover(company)


def _known(what: str, given: str, there: list[str]) -> None:
    if given not in there:
        stop(names.unknown(what, given, there))


def _config(text: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text)
    except (OSError, yaml.YAMLError) as error:
        raise typer.BadParameter(f"it cannot be read as YAML: {type(error).__name__}", param_hint="--config") from None
    if not isinstance(found, dict):
        raise typer.BadParameter("it is no mapping, such as {employee_ids: [E1042]}", param_hint="--config")
    return found


def _in_full(job: str, given: dict[str, Any]) -> dict[str, Any]:
    """What lets a file pass the gate is typed without the step that it is for; a job with a config of its own takes it as it is."""
    if "accept" in given and given.keys() <= {"accept", "accepted_by", "reason"}:
        return {"ops": {f"{job.rpartition('_')[0]}__hr__intake": {"config": given}}}
    return given
