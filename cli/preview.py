"""`rollcall preview`: what other settings would do to the file that was last taken in, before they are anybody's settings.

Belongs here: the command, the layout of what it prints, the shape of its JSON, the file of details. Does not belong here: the plans
(``assets.what_if``), what is different between them (``roster.plan.because``).
"""

import logging
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, NamedTuple

import pandas as pd
import typer

from assets import loader, names, neighbours, trial
from assets.attributes import CompanySettings
from assets.company import Company
from assets.what_if import At, WhatIf, what_if
from cli import demo as place
from cli.ledger import ledger_of
from cli.terminal import print_json, say, stop
from destinations import registry
from resources import owner_only, waiting
from resources.ledger import Ledger
from resources.to_type import file_in_trial, in_trial
from roster.intake.gate import GateCheck
from roster.parts import with_parts
from roster.plan.because import DIFFERENT, EFFECTS, because, by_kind, things, values
from roster.reports.headline import counted
from roster.reports.skipped import to_csv
from roster.shown import one_line

SHOWN, NOT_ALL, MISTAKE = 0, 1, 2
_MOST_NUMBERS: Final = 8
_WIDTH: Final = 80

app = typer.Typer()


class Side(NamedTuple):
    """One destination under both settings."""

    name: str
    title: str
    before: At | None
    """None where the settings that there are do not have it."""
    after: At | None
    different: pd.DataFrame
    """`roster.plan.because.DIFFERENT`; nobody where one of the plans is not known."""
    things: Mapping[str, int]

    @property
    def failures(self) -> list[str]:
        """Why nothing is known of it."""
        return list(dict.fromkeys(one_line(at.failure) for at in (self.after, self.before) if at and at.failure))

    @property
    def state(self) -> str:
        """``planned``, ``added``, ``removed`` or, where nothing is known of it, ``unknown``."""
        if self.failures:
            return "unknown"
        return "removed" if self.after is None else "added" if self.before is None else "planned"


@app.command()
def preview(
    company: Annotated[str, typer.Argument(help="Whose.", autocompletion=names.companies)],
    settings: Annotated[Path, typer.Option("--settings", help="The YAML to try: the whole of it, in place of the company's.")],
    details: Annotated[
        Path | None,
        typer.Option(
            help="A file for who and what, with values: personal data, for its owner alone. It must not be there yet.", dir_okay=False
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs, without values.")] = False,
) -> None:
    """Show what other settings would change for the file that was last taken in. Nothing is written anywhere."""
    now, other = _companies(company, settings)
    if details is not None and details.exists():
        stop(f"{details} is there already: give a new file. Nothing was read.")
    with place.sandbox_for(now.name), _waits_shown(), ledger_of(now.name) as ledger:
        before = what_if(now, ledger)
        after = what_if(other, ledger, like=before)
        sides = [] if before.unfit or after.unfit else _sides(before, after)
        if json:
            print_json(as_json(before, after, sides))
        else:
            _print(before, after, sides, ledger)
    if details is not None:
        _write(details, sides)
        if not json:
            say(f"Who and what, with values: {details} (for you alone).")
    known = not before.unfit and not after.unfit and not any(side.failures for side in sides)
    raise typer.Exit(SHOWN if known else NOT_ALL)


class _OnScreen(logging.Handler):
    """Says that a destination is waited for, beside the output."""

    def emit(self, record: logging.LogRecord) -> None:
        say(f"    {record.getMessage()}", err=True)


@contextmanager
def _waits_shown() -> Iterator[None]:
    logger, shown = logging.getLogger(waiting.LOGGER), _OnScreen()
    logger.addHandler(shown)
    try:
        yield
    finally:
        logger.removeHandler(shown)


def _companies(company: str, given: Path) -> tuple[Company, Company]:
    """The company with its settings, and with the others; what is wrong with either ends the command, as `rollcall check` tells it."""
    try:
        file = loader.find(company)
        now = loader.read(file)
    except loader.SettingsMistakes as wrong:
        stop(str(wrong))
    folder = file.absolute().parent
    try:
        other_file = loader.find(str(given))
    except loader.SettingsMistakes as wrong:
        stop(f"{wrong} Nothing was tried.")
    try:
        other = _in_trial(other_file) if in_trial() else loader.read(other_file, draft=True)
    except loader.SettingsMistakes as wrong:
        say(str(wrong), err=True)
        stop("Nothing was tried: correct these settings first." if wrong.draft is None else "Nothing was tried: fill these in first.")
    return _company(folder, now), _company(folder, other)


def _in_trial(file: Path) -> CompanySettings:
    """Other settings inside of a trial, where what they name is not asked either.

    Raises:
        loader.SettingsMistakes: They are wrong, or cannot be tried.
    """
    try:
        loader.read(file, draft=True)
    except loader.SettingsMistakes as wrong:
        if wrong.draft is None:
            raise
    tried = trial.prepare(str(file), file_in_trial())
    for one in tried.filled:
        say(f"{one} is open: something stands in for it here.", err=True)
    for one in tried.left_out:
        say(f"{one} has no stand-in: it is left out here.", err=True)
    with TemporaryDirectory(prefix="rollcall-trial-") as folder:
        owner_only.write(Path(folder) / "defs.yaml", tried.text.encode())
        return loader.read(Path(folder) / "defs.yaml", draft=True)


def _company(folder: Path, settings: CompanySettings) -> Company:
    return Company(folder.name, settings, folder, lambda: neighbours.shared(folder, settings))


def _sides(before: WhatIf, after: WhatIf) -> list[Side]:
    there = {one.destination.name: one.destination.title for found in (before, after) for one in found.at}
    titles = with_parts(registry.titles(), there)
    return [_side(name, titles.get(name, title), before.of(name), after.of(name)) for name, title in there.items()]


def _side(name: str, title: str, before: At | None, after: At | None) -> Side:
    unknown = any(at is not None and at.drawn is None for at in (before, after))
    plans = [at.drawn.plan if at and at.drawn and not unknown else None for at in (before, after)]
    return Side(name, title, before, after, because(*plans), things(*plans))


def _print(before: WhatIf, after: WhatIf, sides: list[Side], ledger: Ledger) -> None:
    facts = after.file.facts
    number = f", intake {facts.number}" if facts.number else ""
    _say(f"{facts.file}{number}, under the settings that are tried, against what is there now. Nothing is written.")
    for found, label in ((after, "these settings"), (before, "the settings as they are")):
        if found.unfit:
            _say(f"Under {label} the file would stop at the gate: {one_line(found.unfit.message)}")
    if before.unfit or after.unfit:
        _say("So nothing can be said of what would change at a destination.")
        return
    _print_rows(before, after)
    for side in sides:
        say("")
        for line in _lines(side, ledger):
            _say(line)


def _say(text: str) -> None:
    """A text in lines that a window of 80 columns shows whole, each as far to the right as the first."""
    left = " " * (len(text) - len(text.lstrip()))
    say(textwrap.fill(text.strip(), _WIDTH, initial_indent=left, subsequent_indent=left, break_long_words=False, break_on_hyphens=False))


def _print_rows(before: WhatIf, after: WhatIf) -> None:
    """Where the settings make something else of the file's rows."""
    for name, now in after.rows.items():
        if (was := before.rows.get(name, 0)) != now:
            _say(f"  rows {name.replace('_', ' ')}: {was:,} now, {now:,} then")
    warned = {one.name for one in before.checks if one.verdict == "warning"}
    for check in after.checks:
        if check.verdict == "warning" and check.name not in warned:
            _say(f"  to note of {check.name}: {one_line(check.seen)}")


def _lines(side: Side, ledger: Ledger) -> list[str]:
    """What there is to say of one destination."""
    if side.failures:
        why = " ".join(side.failures)
        return [f"{side.title}: not known. What would change there cannot be said, which is not that nothing would.", f"  {why}"]
    if side.after is None:
        known = ledger.acknowledged.all(side.name, ("active",))
        stay = counted(int(known["active"].astype("bool").sum()), "person", "people")
        more = f"{stay} whom Rollcall brought there keep their access, also who leaves."
        return [f"{side.title}: not in these settings. Nothing is read, written or taken away there any more.", f"  {more}"]
    new = " (not in the settings as they are: all of it is new)" if side.before is None else ""
    if side.different.empty and not side.things:
        return [f"{side.title}: nothing changes because of these settings.{new}"]
    people = counted(len(side.different), "person", "people")
    lines = [f"{side.title}: {people} because of these settings.{new}"]
    for row in by_kind(side.different).itertuples():
        lines += _of_kind(row)
    lines += [f"  {kind.replace('_', ' ')}: {count:,} of things that are no people" for kind, count in side.things.items()]
    return lines


def _of_kind(row: Any) -> list[str]:
    numbers = ", ".join(row.numbers[:_MOST_NUMBERS]) + (" …" if len(row.numbers) > _MOST_NUMBERS else "")
    kind = row.kind.replace("_", " ") or "nobody's change"
    return [f"  {kind}: {row.people:,} {EFFECTS[row.effect]}", *([f"      {numbers}"] if numbers else [])]


def as_json(before: WhatIf, after: WhatIf, sides: list[Side]) -> dict[str, Any]:
    """The same for other programs; `docs/operations.md` describes it."""
    facts = after.file.facts
    return {
        "company": after.company.name,
        "file": facts.file,
        "intake": facts.number,
        "taken_in_by": after.file.run_id,
        "rows": {"now": dict(before.rows), "then": dict(after.rows)},
        "gate": {"now": _gate(before), "then": _gate(after)},
        "destinations": [
            {
                "name": side.name,
                "title": side.title,
                "state": side.state,
                "failures": side.failures,
                "people": None if side.state in ("unknown", "removed") else len(side.different),
                "changes": []
                if side.state == "removed"
                else [
                    {"kind": row.kind or None, "effect": row.effect, "people": row.people, "employee_ids": row.numbers}
                    for row in by_kind(side.different).itertuples()
                ],
                "things": dict(side.things),
            }
            for side in sides
        ],
    }


def _gate(found: WhatIf) -> dict[str, Any]:
    def plain(check: GateCheck) -> dict[str, Any]:
        return {"name": check.name, "verdict": check.verdict, "seen": check.seen, "expected": check.expected}

    checks = [plain(check) for check in found.checks if check.verdict != "passed"]
    return {"passed": found.unfit is None, "why": one_line(found.unfit.message) if found.unfit else None, "checks": checks}


def _write(file: Path, sides: list[Side]) -> None:
    """Who and what, a row for each value that would be another."""
    parts = []
    for side in sides:
        before, after = (at.drawn.plan if at and at.drawn else None for at in (side.before, side.after))
        of = values(before, after, side.different["person"]).rename(columns={"before": "value_before", "after": "value_after"})
        parts.append(side.different.merge(of, on="person", how="left").assign(destination=side.name))
    columns = ["destination", *DIFFERENT, "field", "value_before", "value_after"]
    whole = pd.concat(parts) if parts else pd.DataFrame()
    try:
        owner_only.write_new(file, to_csv(whole.reindex(columns=columns)))
    except OSError as error:
        stop(f"{file} could not be written ({type(error).__name__}): give a new file in a folder that is there.")
