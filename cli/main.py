"""The command line: `rollcall`.

Belongs here: commands, what they print and their exit codes. Does not belong here: anything that a run does.
"""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from assets import quiet
from cli import demo as place
from cli import map_and_check as roster_commands
from cli import person, purge, status, why
from cli import sftp as sftp_commands
from cli.terminal import terminal
from resources import places
from resources.failures import PRIVATE, Failed
from roster.vocabulary import KINDS

if TYPE_CHECKING:  # Dagster takes most of a second to import, and only commands that start a run need it
    import dagster as dg

    from assets.runs.launch import RunResult


class _Quiet(typer.Typer):
    """A traceback may quote what was being worked on: it goes to the owner-only log, and what is printed says where that is."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().__call__(*args, **kwargs)
        except Exception as error:  # whatever it is
            logging.getLogger(PRIVATE).exception("not foreseen")
            where = quiet.private_folder() / quiet.FILE
            typer.echo(f"rollcall: something that was not foreseen ({type(error).__name__}). Its full text is in {where}.", err=True)
            raise SystemExit(70) from None


app = _Quiet(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Keeps a company's expense tools in step with HR."
)
app.add_typer(roster_commands.app)
app.add_typer(sftp_commands.app, name="sftp")
app.add_typer(person.app)
app.add_typer(purge.app)
app.add_typer(status.app)
app.add_typer(why.app)
console = terminal(markup=True)


@app.command()
def demo() -> None:
    """Sync the demo company with the sandbox and show what happened, person by person."""
    from assets.runs.launch import run_job  # noqa: PLC0415

    place.use_own_instance()
    with place.sandbox() as environment:
        os.environ.update(environment)
        _finish(_watched("demo_sync", lambda: run_job("demo_sync", on_event=_show)), ui="make ui")


@app.command()
def run(
    job: Annotated[str, typer.Argument(help="A job, such as acme_sync.")],
    config: Annotated[str, typer.Option(help="What the job asks for, as YAML: '{employee_ids: [E1042]}'; or @FILE.")] = "{}",
) -> None:
    """Run a job now, on the instance of DAGSTER_HOME, with the environment as it is."""
    from assets.runs.launch import run_job  # noqa: PLC0415

    given = _in_full(job, _config(config))
    if not os.environ.get("DAGSTER_HOME"):
        place.use_own_instance()
    _finish(_watched(job, lambda: run_job(job, run_config=given, on_event=_show)))


def _kinds(given: list[str] | None) -> list[str] | None:
    if unknown := [kind for kind in given or [] if kind not in KINDS]:
        raise typer.BadParameter(f"{', '.join(unknown)} is no kind of change; there are {', '.join(KINDS)}")
    return given


def _said(given: str) -> str:
    if not given.strip():
        raise typer.BadParameter("it is empty: a release is somebody's, and has a reason")
    return given


@app.command()
def release(
    company: Annotated[str, typer.Argument(help="A company, such as acme.")],
    digest: Annotated[str, typer.Argument(help="Names what is held; in the report, on the plan's check, and in rollcall status.")],
    by: Annotated[str, typer.Option(callback=_said, help="Who releases it.")],
    reason: Annotated[str, typer.Option(callback=_said, help="Why.")],
    kind: Annotated[
        list[str] | None, typer.Option(callback=_kinds, help="Only this kind of change, such as join; once for each. Without: all.")
    ] = None,
) -> None:
    """Apply what a plan held, as far as it is still wanted and the same. Nothing else is written."""
    from assets.runs.launch import run_job  # noqa: PLC0415

    given = {"digest": digest, "kinds": kind or [], "released_by": by, "reason": reason}
    if not os.environ.get("DAGSTER_HOME"):
        place.use_own_instance()
    job = f"{company}_release"
    _finish(_watched(job, lambda: run_job(job, run_config=given, on_event=_show)))


@app.command("reexecute")
def again(run_id: Annotated[str, typer.Argument(help="A run that failed; its id is in the report and in the UI.")]) -> None:
    """Run what failed in a run again, and what it never reached; what it finished stays as it is."""
    from assets.runs.launch import reexecute  # noqa: PLC0415

    if not os.environ.get("DAGSTER_HOME"):
        place.use_own_instance()
    _finish(_watched(f"from failure: {run_id}", lambda: reexecute(run_id, on_event=_show)))


@app.command("recover")
def recovered(company: Annotated[str, typer.Argument(help="A company, such as acme; everyone's runs without it.")] = "") -> None:
    """Mark runs whose process has died as failed, so that they can be re-executed and hold up no other run."""
    import dagster as dg  # noqa: PLC0415

    from assets.runs.recovery import recover  # noqa: PLC0415

    if not os.environ.get("DAGSTER_HOME"):
        place.use_own_instance()
    try:
        with dg.DagsterInstance.get() as instance:
            unfinished = recover(instance, company or None)
    except Failed as failure:
        console.print(str(failure), style="red", markup=False)
        raise typer.Exit(1) from None
    for one in unfinished:
        if one.died:
            more = "" if one.finished else f" Re-execute it: rollcall reexecute {one.run_id}"
            console.print(f"{one.job} {one.run_id} had died and is marked as {one.ending}.{more}")
        else:
            console.print(f"{one.job} {one.run_id} lives. If its process is gone, ask again in {one.left:.0f} s.")
    if not unfinished:
        console.print("Every run has ended.")


@app.command()
def ui(port: Annotated[int, typer.Option(help="Where the UI listens; the next free port if it is taken.")] = 3000) -> None:
    """Open the Dagster UI on this machine, with the sandbox behind the demo company. Ctrl-C ends both."""
    home = place.use_own_instance()
    # Handlers of our own, in place before any child is started: a shell that starts us in the background has us ignore Ctrl-C, and
    # children inherit that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), place.sandbox() as environment:
        chosen = _free_port(port)
        console.print(f"Dagster UI: http://127.0.0.1:{chosen} in a few seconds (Ctrl-C to end)")
        # `dg dev` is its successor, and it reads pyproject.toml instead of the workspace: no use telling users about it.
        command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "-w", str(places.PROJECT / "workspace.yaml")]
        command += ["--host", "127.0.0.1", "--port", str(chosen), "--log-level", "warning"]
        # A session of its own, so that it gets one SIGINT, from us, and ends its own children in order.
        server = subprocess.Popen(command, cwd=home, env={**os.environ, **environment}, start_new_session=True)  # noqa: S603
        try:
            server.wait()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no port is free")


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


def _watched(what: str, start: "Callable[[], RunResult]") -> "RunResult":
    """Run something and print a line for each step that ends."""
    import dagster as dg  # noqa: PLC0415

    try:
        return start()
    except dg.DagsterError as error:  # no such job, config that does not fit, a mistake in a company's YAML: nothing was started
        console.print(f"{what} was not started. {str(error).strip()}", style="red", markup=False)
        raise typer.Exit(2) from None


def _show(event: "dg.DagsterEvent") -> None:
    if event.is_step_success:
        seconds = event.step_success_data.duration_ms / 1000
        console.print(f"  [green]✓[/green] {_name(event)}  [dim]{seconds:.1f} s[/dim]")
    elif event.is_step_failure:
        console.print(f"  [red]✗[/red] {_name(event)}")
    elif event.event_type_value == "ASSET_CHECK_EVALUATION" and not (check := event.asset_check_evaluation_data).passed:
        console.print(f"    {check.asset_key.to_user_string().partition('/')[2]}, {check.check_name}: {check.description}", markup=False)


def _name(event: "dg.DagsterEvent") -> str:
    """The step's name as the asset's key is written: Dagster joins the parts with two underscores."""
    return (event.step_key or "").replace("__", "/")


def _finish(result: "RunResult", ui: str | None = None) -> None:
    """Print the page of a run, made from the ledger, so that it is there after a failure too."""
    import dagster as dg  # noqa: PLC0415

    from assets.runs import summary  # noqa: PLC0415 - the reports' libraries load when the run is over, not before it starts

    for one in result.died:
        console.print(f"{one.job} {one.run_id} had died before this run. It is marked as {one.ending}.")
    if result.message:
        console.print(f"\n{(result.step or '').replace('__', '/')}: {result.message}", style="red", markup=False)
    try:
        with dg.DagsterInstance.get() as instance:
            closed = summary.close(instance, result.run_id)
    except Failed as failure:
        console.print(f"There is no report: {failure}", style="red", markup=False)
        raise typer.Exit(1) from None
    if closed:
        summary.print_page(console, *closed, ui=ui)
    else:
        console.print(f"Run {result.run_id}: {'done' if result.succeeded else 'failed'}. What it found is on its assets in the Dagster UI.")
    raise typer.Exit(0 if result.succeeded else 1)
