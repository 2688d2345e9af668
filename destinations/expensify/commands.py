"""`rollcall expensify …`: what only Expensify can be asked for.

Belongs here: the commands, and what the ledger is told before and after. Does not belong here: what a report is (``reports``), the wire
(``client``).
"""

from pathlib import Path
from typing import Annotated, cast

import typer

from destinations.commands import Host, Opened, application
from destinations.expensify import COMMANDS, NAME, reports
from destinations.expensify.adapter import Adapter
from destinations.expensify.reports import JOB, Report
from destinations.expensify.settings import Settings
from resources.failures import Failed, Permanent, Unanswered
from resources.ledger.one_offs import OneOff

_LARGEST = 10_000_000
"""Bytes of a file."""


def group(host: Host) -> typer.Typer:
    """The commands.

    Args:
        host: The command line.
    """
    app = application(COMMANDS)

    @app.command("create-report")
    def create_report(
        company: Annotated[str, typer.Argument(help="Whose account creates it.", autocompletion=host.matching)],
        file: Annotated[Path, typer.Argument(help="What it is, as JSON; docs/expensify.md says how.")],
        again: Annotated[bool, typer.Option("--again", help="Although the same one was created, or may have been.")] = False,
        reason: Annotated[str, typer.Option(help="Why, with --again.")] = "",
    ) -> None:
        """Create a report with expenses on somebody's behalf. It is sent once and never repeated by itself."""
        with host.open(company) as opened:
            if again and not reason.strip():
                raise Permanent("--again has a --reason.", "Nothing was sent.")
            if "@" in reason:  # the ledger keeps it
                raise Permanent("The reason has an address in it.", "Nothing was sent. Initials and a ticket will do.")
            report = reports.read(_text(file))
            host.say(create(opened, report, reason.strip() if again else None))

    return app


def create(opened: Opened, report: Report, again: str | None = None) -> str:
    """Create a report, unless the same one was created or may have been.

    Args:
        opened: The company.
        report: Which.
        again: Why it is created although it was before, or may have been.

    Returns:
        What to say of it.

    Raises:
        Unanswered: It may have been created or not; the ledger keeps that.
        Failed: It was not.
    """
    kept = opened.ledger.one_offs
    digest = kept.digest(report.content)
    last = kept.last(NAME, digest)
    if last and not again:
        _refuse_twice(last)
    access = Adapter(cast(Settings, opened.settings)).access()
    with access.open(opened.ledger) as client:
        begun = kept.begin(NAME, JOB, digest, last, again)
        if begun is None:
            raise Permanent("The same report is being created at this moment.", "Nothing was sent. Wait for the other command's answer.")
        try:
            created = client.create_report(report)
        except Unanswered as failure:
            kept.end(NAME, begun, "unknown", None)
            raise Unanswered(_first(failure), _look("Look in Expensify whether it is there.")) from None
        except Failed as failure:
            kept.end(NAME, begun, "refused", _first(failure))
            raise
        kept.end(NAME, begun, "done", created.report_id)
    expenses = f"{report.expenses} {'expense' if report.expenses == 1 else 'expenses'}"
    return f"Expensify has created the report {created.report_id or '(it did not say its number)'} with {expenses}."


def _refuse_twice(last: OneOff) -> None:
    when = f"{last.began:%Y-%m-%d %H:%M} UTC"
    if last.status == "done":
        known = f" as {last.answer}" if last.answer else ""
        raise Permanent(
            f"The same report was created at {when}{known}.",
            "Nothing was sent. If another one of the same content is meant: --again --reason WHY.",
        )
    if last.status in ("unknown", "sent"):
        what = f"The same report was sent at {when}, and whether it was created is unknown."
        raise Permanent(what, _look("Nothing was sent. Look in Expensify first."))


def _look(before: str) -> str:
    return f"{before} If it is not there, run the command again with --again --reason WHY; it is never repeated by itself."


def _first(failure: Failed) -> str:
    text = str(failure)
    return text.removesuffix(failure.advice).strip() if failure.advice else text


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _LARGEST:
            raise Permanent(f"The file is larger than {_LARGEST:,} bytes.", "Nothing was sent.")
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = f"The file cannot be read ({type(error).__name__})."
        raise Permanent(what, "Nothing was sent. It is UTF-8 text with JSON in it.") from None
