"""`rollcall feed`: what the newest plan would send, as files for those who bring it to the destination themselves.

Belongs here: the command, and writing the files. Does not belong here: which plan (``assets.runs.by_hand``), and any destination.
"""

from pathlib import Path
from typing import Annotated

import typer

from assets import loader, names
from assets.company import Company
from assets.runs import by_hand
from cli import demo as place
from cli.ledger import ledger_of
from cli.terminal import say, stop
from destinations.base import Destination
from resources import owner_only

app = typer.Typer()


@app.command()
def feed(
    company: Annotated[str, typer.Argument(help="Whose.", autocompletion=names.companies)],
    out: Annotated[Path, typer.Option(help="The file that gets it, for its owner alone; it must not be there yet.", dir_okay=False)],
    to: Annotated[str, typer.Option("--to", help="The destination, where several take files.")] = "",
) -> None:
    """Write what the newest plan would send to a file, for those who deliver it themselves. Nothing is sent."""
    try:
        file = loader.find(company)
        settings = loader.read(file)
    except loader.SettingsMistakes as mistakes:
        stop(str(mistakes))
    owner = Company(file.absolute().parent.name, settings, file.parent)
    destination = _meant(by_hand.destinations(owner), to)
    with place.sandbox_for(owner.name), ledger_of(owner.name) as ledger:
        found = by_hand.files(owner, destination, ledger)
    held = "1 more waits for a release and is" if found.held == 1 else f"{found.held:,} more wait for a release and are"
    waiting = f" {held} not in it." if found.held else ""
    if not found.contents:
        say(f"The newest plan for {destination.title} (run {found.plan_run_id}) sends nothing: no file was written.{waiting}")
        return
    written = _write(out, found.contents)
    more = f", to be delivered in this order: {', '.join(map(str, written))}" if len(written) > 1 else ""
    people = "1 person" if found.people == 1 else f"{found.people:,} people"
    are = "is" if found.people == 1 else "are"
    say(f"{people} of the newest plan for {destination.title} (run {found.plan_run_id}) {are} in {out}{more}.{waiting}")
    if found.written:
        say("A sync has sent this plan already, or a part of it: run a preview for what is still to be done.")


def _meant(there: list[Destination], given: str) -> Destination:
    if given:
        there = [one for one in there if one.name == given]
    if not there:
        stop(f"{f'{given} is' if given else 'The company has'} no destination that takes files.")
    if len(there) > 1:
        stop(f"Several destinations take files, say which with --to: {', '.join(one.name for one in there)}.")
    return there[0]


def _write(out: Path, contents: list[bytes]) -> list[Path]:
    """The first under the name that was given, the others beside it; all of them or none."""
    files = [out, *(out.with_name(f"{out.stem}.{number}{out.suffix}") for number in range(2, len(contents) + 1))]
    if there := [file for file in files if file.exists()]:
        stop(f"{there[0]} is there already: give a new file. Nothing was written.")
    written: list[Path] = []
    try:
        for file, content in zip(files, contents, strict=True):
            if owner_only.write_once(file, content) != content:
                raise FileExistsError
            written.append(file)
    except OSError as error:
        for file in written:
            file.unlink(missing_ok=True)
        stop(f"{out} could not be written ({type(error).__name__}): give a new file in a folder that is there.")
    return files
