"""`rollcall doctor`: what stands between a company's settings and its first run, all of it at once. Nothing is written.

Belongs here: what is looked at, in which order, and how it is shown. Does not belong here: what a destination shows of itself (its
``examining``), whether the parts of an installation are alive (``web.health``), HR's file row by row (``cli.check``).

A look that could not be made says so: it is neither well nor wrong.
"""

import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import pandas as pd
import typer
from pydantic import BaseModel
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from assets import loader, names, open_places
from assets.attributes import CompanySettings
from cli import demo as place
from cli.terminal import print_json, stop, terminal, whole
from destinations import registry
from destinations.abilities import BRIEFLY, Examined, Look
from resources import places
from resources.environment import EnvText, FromEnv
from resources.failures import Failed
from resources.hr import openpgp
from resources.hr.access import export_source
from resources.hr.agreed import OpenPgp
from resources.http import checked_url
from resources.ledger import Ledger
from web import health

SKEW: Final = 60.0
"""Seconds by which this machine's clock may differ from a server's: tokens and signatures end by the clock."""
ROOM: Final = 1 << 30
"""Bytes that a disk should have left: a night of 100,000 people keeps some hundred megabytes."""
SHOWN: Final = 40
"""Rows of choices on the terminal; ``--json`` has all."""

WITHOUT_CONNECTION: Final = "Not looked at: something of its connection is open, see the settings."
WITHOUT_VARIABLES: Final = "Not looked at: variables are missing, see above."

app = typer.Typer()


@dataclass(frozen=True, eq=False)
class Found:
    """What came of a look."""

    what: str
    passed: bool | None
    """None: it could not be made, and nothing is known."""
    sentence: str
    advice: str = ""
    choices: pd.DataFrame = field(default_factory=pd.DataFrame)


@app.command()
def doctor(
    company: Annotated[str, typer.Argument(help="A company, such as acme.", autocompletion=names.companies)],
    json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """Look at all that a company's first run needs, and list the policies and units there are: 0 all is well, 1 something is not."""
    try:
        file = loader.find(company)
    except loader.SettingsMistakes as nowhere:
        stop(str(nowhere))
    left_open: list[str] = []
    try:
        settings = loader.read(file, draft=True)
    except loader.SettingsMistakes as wrong:
        if wrong.draft is None:
            stop(f"{wrong}\nMend the settings first: rollcall check {shlex.quote(company)}")
        # What is to be filled in may be one of the choices that are there.
        settings, left_open = wrong.draft, wrong.lines
    console, found = terminal(), []
    with place.sandbox_for(company):
        for one in chain(_settings(left_open, company), _all(settings, file.parent)):
            found.append(one)
            if not json:
                _show(console, one)
    if json:
        print_json({"company": company, "looks": [_as_json(one) for one in found]})
    raise typer.Exit(0 if all(one.passed for one in found) else 1)


def _settings(left_open: list[str], company: str) -> Iterator[Found]:
    if left_open:
        places_are = "1 place is" if len(left_open) == 1 else f"{len(left_open)} places are"
        advice = f"rollcall check {shlex.quote(company)} names each. What is looked for may be among the choices below."
        yield Found("settings", False, f"{places_are} still open.", advice)


def _all(settings: CompanySettings, folder: Path) -> Iterator[Found]:
    yield _environment(settings)
    if _lacking(settings.hr):
        yield Found("HR's file", None, WITHOUT_VARIABLES)
    else:
        yield _guarded("HR's file", lambda: _hr_file(settings, folder))
        for name, agreed in _protections(settings).items():
            yield _guarded(f"HR's file{name}: keys", lambda agreed=agreed: Look(*openpgp.looked_at(agreed)))  # type: ignore[misc]
    with _ledger() as ledger:
        for name, own in settings.parts().items():
            there = registry.build(name, own)
            if _lacking(own):
                yield Found(there.title, None, WITHOUT_VARIABLES)
            elif any(place[0] == "connection" for place in open_places.in_settings(own.model_dump(), ())):
                yield Found(there.title, None, WITHOUT_CONNECTION)
            elif isinstance(there, Examined):
                yield from _destination(there, there.title, ledger)
            else:
                yield Found(there.title, None, "It has no way to look at it.")
    yield from _installation()


def _environment(settings: CompanySettings) -> Found:
    if lacking := _lacking(settings):
        advice = "Set them for the process that runs the jobs."
        return Found("environment", False, f"Not set, or empty: {', '.join(lacking)}.", advice)
    wanted = {one.env for one in _variables(settings)}
    return Found("environment", True, f"All {len(wanted)} variables are set." if wanted else "No variable is needed.")


def _lacking(settings: BaseModel) -> list[str]:
    """The variables that these settings name and that are not set."""
    return sorted({one.env for one in _variables(settings) if not os.environ.get(one.env)})


def _variables(value: Any) -> Iterator[FromEnv]:
    """Every variable that settings name, however deep."""
    if isinstance(value, FromEnv):
        yield value
    elif isinstance(value, BaseModel):
        parts = [value.root] if isinstance(value, EnvText) else [getattr(value, name) for name in type(value).model_fields]
        for part in parts:
            yield from _variables(part)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _variables(part)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _variables(part)


def _guarded(what: str, look: Callable[[], Look]) -> Found:
    """A look, and what kept it from being made."""
    try:
        seen = look()
    except Failed as failure:
        message = str(failure).removesuffix(failure.advice).strip()
        return Found(what, False, message, failure.advice)
    return Found(what, not seen.advice, seen.sentence, seen.advice, seen.choices)


def _protections(settings: CompanySettings) -> dict[str, OpenPgp]:
    """How files are encrypted or signed: what each is called, of several that are so in different ways → what is agreed of it."""
    source, each = settings.hr.source, settings.hr.each
    if all(own.openpgp == source.openpgp for own in each.values()):
        return {"": source.openpgp} if source.openpgp else {}
    return {f" {name}": own.openpgp for name, own in each.items() if own.openpgp}


def _hr_file(settings: CompanySettings, folder: Path) -> Look:
    newest = export_source(settings.hr.source, settings.hr.each, folder, settings.timezone).newest(hurried=True)
    of = f", of {newest.modified:%Y-%m-%d %H:%M} UTC" if newest.modified else ""
    afterwards = getattr(settings.hr.source, "afterwards", "leave")
    # Nothing is written here, and no server says what it would allow.
    untried = f" Whether we may {afterwards} it shows once a sync has brought it everywhere." if afterwards != "leave" else ""
    return Look(f"{newest.shown}, {newest.size:,} bytes{of}.{untried}")


def _destination(there: Examined, title: str, ledger: Ledger) -> Iterator[Found]:
    for what, address in there.addresses().items():
        yield _reached(f"{title}: {what}", address)
    for what, look in there.looks(ledger).items():
        yield _guarded(f"{title}: {what}", look)


def _reached(what: str, address: EnvText) -> Found:
    """Whether a server answers at all, and what time it has. What it answers to nobody in particular is no matter."""
    try:
        url = checked_url(address.resolve(), f"address of {what.partition(': ')[0]}")
        reply = httpx.get(url, timeout=BRIEFLY)
    except Failed as failure:
        return Found(what, False, str(failure).removesuffix(failure.advice).strip(), failure.advice)
    except httpx.HTTPError as error:
        return Found(what, False, f"It is not reached ({type(error).__name__}).", "Look at the address, the network and the proxy.")
    now = datetime.now(UTC)
    try:
        apart = (now - parsedate_to_datetime(reply.headers["Date"]).astimezone(UTC)).total_seconds()
    except (KeyError, ValueError):
        return Found(what, True, "It answers, and does not say what time it has.")
    if abs(apart) > SKEW:
        ahead = "ahead of" if apart > 0 else "behind"
        return Found(what, False, f"It answers. This clock is {abs(apart):,.0f} s {ahead} its own.", "Set the clock of this machine.")
    return Found(what, True, "It answers, and has the same time.")


@contextmanager
def _ledger() -> Iterator[Ledger]:
    """A ledger for those looks that count calls; nothing of them is kept."""
    with tempfile.TemporaryDirectory(prefix="rollcall-doctor-") as folder, Ledger.open(str(Path(folder) / "ledger.db"), "doctor") as ledger:
        yield ledger


def _installation() -> Iterator[Found]:
    if places.ledger_is_a_file() and not Path(places.ledger_url().removeprefix("sqlite:///")).exists():
        yield Found("ledger", True, "There is none yet: the first run makes it.")
    else:
        yield _alive("ledger", health.ledger, "Run rollcall upgrade if it is of another version; else look at ROLLCALL_LEDGER.")
    yield _alive("storage", health.storage, "Look at ROLLCALL_STORAGE, and who may write there.")
    yield _disk()


def _alive(what: str, ask: Callable[[], health.Answer], advice: str) -> Found:
    try:
        answer = ask()
    except Failed as failure:
        return Found(what, False, str(failure).removesuffix(failure.advice).strip(), failure.advice)
    except Exception as error:  # a library's own: its text may hold an address
        return Found(what, False, f"It cannot be reached ({type(error).__name__}).", advice)
    return Found(what, True, "It is there.") if answer["alive"] else Found(what, False, f"{answer['why'].capitalize()}.", advice)


def _disk() -> Found:
    folder = next(one for one in (places.home().absolute(), *places.home().absolute().parents) if one.exists())
    free = shutil.disk_usage(folder).free
    sentence = f"{free / 1e9:,.1f} GB are free where runs are kept."
    return Found("disk", free >= ROOM, sentence, "" if free >= ROOM else "Make room, or move ROLLCALL_HOME.")


def _show(console: Console, one: Found) -> None:
    mark, style = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}[one.passed]
    console.print(f"{mark} {one.what}: {one.sentence}", style=style if not one.passed else None)
    if one.advice:
        console.print(f"    {one.advice}")
    if len(one.choices):
        table = whole(Table(*one.choices.columns, box=None, header_style="dim", pad_edge=False))
        for row in one.choices.head(SHOWN).itertuples(index=False):
            table.add_row(*row)
        console.print(Padding(table, (0, 0, 0, 4)))
        if len(one.choices) > SHOWN:
            console.print(f"    and {len(one.choices) - SHOWN:,} more: --json has all", style="dim")


def _as_json(one: Found) -> dict[str, Any]:
    choices = {"choices": one.choices.to_dict("records")} if len(one.choices) else {}
    return {"what": one.what, "passed": one.passed, "sentence": one.sentence, "advice": one.advice, **choices}
