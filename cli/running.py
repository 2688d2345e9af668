"""Runs that are started from the terminal: starting, following, and printing what came of them.

Belongs here: what the commands of ``cli.run`` do with Dagster, and their exit codes. Does not belong here: how a run is started
(``assets.runs.launch``), the page at its end (``cli.page``).
"""

import logging
from collections.abc import Callable
from typing import Any, NoReturn

import dagster as dg
import typer
from rich.text import Text

from assets import names
from assets.company import COMPANY_TAG
from assets.runs import chain, dagster_instance, launch, summary
from assets.runs.launch import RunResult
from assets.runs.recovery import recover as recover_runs
from assets.typed import in_words
from cli import demo as place
from cli import second_night
from cli.ledger import companies_with_runs
from cli.page import print_page
from cli.terminal import stop, terminal
from resources.failures import Failed
from resources.waiting import LOGGER
from roster.shown import from_markdown

console = terminal()
_at_work = console.status("starting")
"""What is being done, in a window; a file or a pipe gets whole lines only."""


def run_demo(night: int, sandbox: str) -> NoReturn:
    """Runs the demo's sync, on the instance and with the environment as they are.

    Args:
        night: 1, with the file that the demo has; 2, with a file of the next day, and one after it that the gate stops. Of the
            second night the first is part, where nobody has run it.
        sandbox: Where the sandbox has its page.
    """
    if night == 1:
        _finish(_demo_sync(), ui="make ui")
    _second_night(sandbox)


def _second_night(sandbox: str) -> NoReturn:
    folder = place.hr_folder()
    if "demo" not in companies_with_runs():
        _say("The first night, which nobody has run yet.")
        _page(_demo_sync())
    file = second_night.write(folder)
    _say(f"The second night: {file.name}. {second_night.plays()['says']}")
    with second_night.refusing(sandbox):
        applied = _demo_sync()
    _page(applied, ui="make ui")
    with second_night.cut_short(folder) as file:
        _say(f"One more file, {file.name}, which was cut short on its way.")
        stopped = _demo_sync()
    _page(stopped, ui="make ui")
    _say("That is as it should be: the gate has let nothing through. What is held waits for the command above.")
    # The one run is to end well and the other is to be stopped; anything else is none of what this shows.
    raise typer.Exit(0 if applied.succeeded and not stopped.succeeded else 1)


def _demo_sync() -> RunResult:
    return _watched("demo_sync", lambda: launch.run_job("demo_sync", on_event=_show))


def _say(sentence: str) -> None:
    console.print(f"\n{sentence}", style="bold")


def run(job: str, config: dict[str, Any]) -> None:
    """Runs a job."""
    place.use_instance()
    with place.sandbox_for(job.rpartition("_")[0]):
        _finish(_watched(job, lambda: launch.run_job(job, run_config=config, on_event=_show)))


def reexecute(given: str) -> None:
    """Goes on with the newest attempt of the run that is named by the beginning of its id, or of any attempt's."""
    place.use_instance()
    try:
        with dagster_instance.opened() as instance:
            attempt = chain.newest_attempt(instance, given)
    except chain.Unclear as unclear:
        stop(str(unclear))
    what = f"from failure: {attempt.root_run_id or attempt.run_id}"
    with place.sandbox_for(attempt.job_name.rpartition("_")[0]):
        _finish(_watched(what, lambda: launch.reexecute(attempt.run_id, on_event=_show)))


def undo(given: str) -> None:
    """Plans what takes back the run that is named by the beginning of its id, or of any attempt's; says what the next sync will do."""
    place.use_instance()
    try:
        with dagster_instance.opened() as instance:
            root = chain.named(instance, given)
            found = instance.get_run_by_id(root)
    except chain.Unclear as unclear:
        stop(str(unclear))
    company = found.tags.get(COMPANY_TAG) if found else None
    if company is None or company not in names.companies():
        stop(f"Run {root} is of no company that is here.")
    job = f"{company}_undo"
    with place.sandbox_for(company):
        _finish(_watched(job, lambda: launch.run_job(job, run_config={"run": root}, on_event=_show)))


def recover(company: str | None) -> None:
    """Ends the runs whose process has died, and says what is to be done with each."""
    place.use_instance()
    if company is not None and company not in names.companies() and company not in companies_with_runs():
        stop(names.unknown("company", company, sorted({*names.companies(), *companies_with_runs()})))
    try:
        with dagster_instance.opened() as instance:
            unfinished = [(one, chain.root_of(instance, one.run_id)) for one in recover_runs(instance, company)]
    except Failed as failure:
        console.print(str(failure), style="red")
        raise typer.Exit(1) from None
    for one, run_id in unfinished:
        if one.died:
            more = "" if one.finished else f" Re-execute it: rollcall reexecute {run_id}"
            console.print(f"{one.job} {run_id} had died and is marked as {one.ending}.{more}")
        else:
            console.print(f"{one.job} {run_id} lives. If its process is gone, ask again in {one.left:.0f} s.")
    if not unfinished:
        console.print("Every run has ended.")


class _OnScreen(logging.Handler):
    """Prints that a run waits, when it begins to."""

    def emit(self, record: logging.LogRecord) -> None:
        console.print(f"    {record.getMessage()}", style="dim", markup=False)


def _watched(what: str, start: Callable[[], RunResult]) -> RunResult:
    """Run something and print a line for each step that ends."""
    logger, shown = logging.getLogger(LOGGER), _OnScreen()
    logger.addHandler(shown)
    _at_work.update("starting")  # a run before this one has left its last step there
    try:
        with _at_work:
            return start()
    except dg.DagsterInvalidConfigError as error:  # its own text repeats what was typed
        console.print(f"{what} was not started. Its config does not fit: {in_words(error)}", style="red", soft_wrap=True)
        raise typer.Exit(2) from None
    except dg.DagsterError as error:  # no such job, config that does not fit, a mistake in a company's YAML: nothing was started
        console.print(f"{what} was not started. {str(error).strip()}", style="red")
        raise typer.Exit(2) from None
    finally:
        logger.removeHandler(shown)


def _show(event: dg.DagsterEvent) -> None:
    if event.is_step_start:
        _at_work.update(f"{_name(event)} …")
    elif event.is_step_success:
        seconds = event.step_success_data.duration_ms / 1000
        console.print(Text.assemble("  ", ("✓", "green"), f" {_name(event)}  ", (f"{seconds:.1f} s", "dim")))
    elif event.is_step_failure:
        console.print(Text.assemble("  ", ("✗", "red"), f" {_name(event)}"))
    elif event.event_type_value == "ASSET_CHECK_EVALUATION" and not (check := event.asset_check_evaluation_data).passed:
        description = from_markdown(check.description or "")
        console.print(f"    {check.asset_key.to_user_string().partition('/')[2]}, {check.check_name}: {description}")


def _name(event: dg.DagsterEvent) -> str:
    """The step's name as the asset's key is written: Dagster joins the parts with two underscores."""
    return (event.step_key or "").replace("__", "/")


def _finish(result: RunResult, ui: str | None = None) -> NoReturn:
    """Print the page of a run, and end as it ended."""
    _page(result, ui)
    raise typer.Exit(0 if result.succeeded else 1)


def _page(result: RunResult, ui: str | None = None) -> None:
    """Print the page of a run, made from the ledger, so that it is there after a failure too."""
    try:
        with dagster_instance.opened() as instance:
            for one in result.died:
                console.print(f"{one.job} {chain.root_of(instance, one.run_id)} had died before this run. It is marked as {one.ending}.")
            for step, message in ((result.step, result.message), *result.others) if result.message else ():
                console.print(f"\n{(step or '').replace('__', '/')}: {message}", style="red", soft_wrap=True)  # for who copies it
            closed, run_id = summary.close(instance, result.run_id), chain.root_of(instance, result.run_id)
    except Failed as failure:
        console.print(f"There is no report: {failure}", style="red")
        raise typer.Exit(1) from None
    if closed:
        print_page(console, *closed, ui=ui)
    else:
        console.print(f"Run {run_id}: {'done' if result.succeeded else 'failed'}. What it found is on its assets in the Dagster UI.")
