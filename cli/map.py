"""`rollcall map`: propose settings for an HR file, without a run, without Dagster and without network.

Belongs here: what the command prints, and its exit codes. Does not belong here: what is found out about a file (``roster.proposal``), the
text of the settings (``assets.draft``).
"""

import glob
import itertools
import os
import re
import shlex
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from assets import draft, new_company
from cli.check import MISTAKE, UNFIT
from cli.terminal import say, stop, terminal
from resources.failures import Failed
from resources.hr import files, openpgp
from resources.hr.agreed import AsAgreed, Manifest
from resources.hr.manifest import KINDS, name_of
from roster.proposal import sources
from roster.proposal.dated_name import undated
from roster.proposal.propose import Proposal, propose
from roster.reading.foreign import is_pgp
from roster.unfit import Unfit

app = typer.Typer()
DRAFTS: Final = Path("drafts")
"""In the working directory: no folder that anything is loaded from."""


@app.command("map")
def map_file(
    given: Annotated[list[str], typer.Argument(metavar="FILE", help="An HR file on this machine that no settings describe yet.")],
    out: Annotated[
        Path | None,
        typer.Option(help="The folder that gets a defs.yaml; without it, one in drafts, called after the file.", file_okay=False),
    ] = None,
    openpgp_key: Annotated[
        Path | None, typer.Option(help="Of a file that is encrypted by OpenPGP: our private key.", exists=True, dir_okay=False)
    ] = None,
    passphrase_env: Annotated[str | None, typer.Option(help="The variable that holds that key's passphrase.")] = None,
    source: Annotated[str | None, typer.Option(help=f"The HR system that made it: {', '.join(sources.names())}.")] = None,
) -> None:
    """Propose a company's settings for a file, and write them down with how sure each of them is."""
    file = _file(given)
    if source is not None and source not in sources.names():
        say(f"No such source. Known are: {', '.join(sources.names())}. docs/sources/ says what each is.", err=True)
        raise typer.Exit(MISTAKE)
    out = out or DRAFTS / _called(file)
    target = out / "defs.yaml"
    if new_company.is_loaded(out):
        say(
            f"{out} is in a folder of companies, which Dagster loads, and no draft can be loaded. Leave --out away, or name a folder "
            "elsewhere; once the draft leaves nothing open, `rollcall init COMPANY --from DRAFT` makes the company of it.",
            err=True,
        )
        raise typer.Exit(MISTAKE)
    if target.exists():
        say(f"{target} is there already, and is not written over: give another folder with --out.", err=True)
        raise typer.Exit(MISTAKE)
    try:
        content, agreed = files.take(file).content, _agreed(file, openpgp_key, passphrase_env)
        if agreed.openpgp is None and is_pgp(content):
            say("The file is encrypted or signed (OpenPGP): give the private key that opens it with --openpgp-key.", err=True)
            raise typer.Exit(MISTAKE)
        proposal = propose(openpgp.opened(content, agreed), file.name, sources.source(source) if source else None)
    except Unfit as unfit:
        say(f"No settings can be proposed ({unfit.code}). {unfit.message}\nDo: {unfit.advice}")
        raise typer.Exit(UNFIT) from None
    except Failed as failure:
        say(str(failure), err=True)
        raise typer.Exit(MISTAKE) from None
    _print_proposal(proposal)
    _print_source(proposal)
    try:
        out.mkdir(parents=True, exist_ok=True)
        target.write_text(draft.written(proposal, _pattern(file, out), agreed), encoding="utf-8")
    except OSError as error:
        stop(f"{target} cannot be written ({error.strerror}): give another folder with --out.")
    say(
        f"Written to {target}. Try it as it is, fill in what says FILL-IN, and once nothing is open make the company of it:\n"
        f"  rollcall try {shlex.quote(str(out))}\n"
        f"  rollcall check {shlex.quote(str(out))} {shlex.quote(str(file))}\n"
        f"  rollcall init COMPANY --from {shlex.quote(str(out))}"
    )


def _file(given: list[str]) -> Path:
    """The file that is looked at; what is none, or more than one, ends the command with what to do."""
    if any("://" in one for one in given):
        stop(
            "This command asks no server: copy HR's file to this machine and map the copy. Then write hr.sftp or hr.url "
            "in the place of hr.csv in the draft, with what it says of how the file reads: docs/files.md."
        )
    if given[1:]:
        stop(
            "A draft is made of one file. If several are one roster, map the one with the people, and name all of them under hr.files in "
            "its draft: one for each country or company, or one whose rows are joined to the people's. docs/files.md says how."
        )
    file = Path(given[0])
    if not file.is_file():
        stop(f"{file}: {'this is a folder' if file.is_dir() else 'there is no such file'}.")
    return file


def _agreed(file: Path, key: Path | None, passphrase: str | None) -> AsAgreed:
    """How the file is sent, as the settings say it: by which key it opens, and which file of its hash lies beside it."""
    given: dict[str, Any] = {}
    if key:
        secret = {"passphrase": {"env": passphrase}} if passphrase else {}
        given["openpgp"] = {"key": {"file": str(key.absolute())}, **secret}
    for kind, name in itertools.product(KINDS, ("{name}", "{stem}")):
        found = Manifest(name=f"{name}.{kind}", hash=kind)
        if file.with_name(name_of(found, file.name)).is_file():
            given["manifest"] = found
    return AsAgreed.model_validate(given)


def _called(file: Path) -> str:
    """The draft's folder: the file's name without day and endings."""
    name = undated(file.name, "").split(".")[0]
    return re.sub(r"\W+|_+", "_", name).strip("_") or "people"


def _pattern(file: Path, out: Path) -> str:
    """The file as the settings name it: from their folder, any date in its name."""
    name = undated(glob.escape(file.name), "*")
    return Path(os.path.relpath(file.parent, out), name).as_posix()


def _print_proposal(proposal: Proposal) -> None:
    table = Table("Setting", "Proposal", "Sure", "Because")
    say(f"{proposal.rows} rows, {len(proposal.header)} columns")
    guesses = [*proposal.format.items(), *proposal.columns.items()]
    guesses += [("unit of limits", proposal.limit_unit)] if proposal.limit_unit else []
    guesses += [("older rows", proposal.history[1])] if proposal.history else []
    guesses += [("first job", proposal.jobs[1])] if proposal.jobs else []
    for name, guess in guesses:
        style = "" if guess.confidence >= draft.CONFIDENT else "yellow"
        table.add_row(name, _short(guess.value), f"{guess.confidence:.2f}", guess.reason, style=style)
    for name in draft.NEEDED:
        if name not in proposal.columns:
            table.add_row(name, "FILL-IN", "0.00", "no column looks like it", style="red")
    # No markup: headings and patterns may hold brackets.
    terminal().print(table)


def _print_source(proposal: Proposal) -> None:
    """What the file lacks of the source that was named, or which source to name."""
    if proposal.known is None:
        if found := sources.looks_like(proposal.header):
            say(f"It looks like an export of {sources.source(found).title}: try --source {found}.")
    elif proposal.known.lacking:
        title = proposal.known.source.title
        say(f"{title}: no heading of the file is known for {', '.join(proposal.known.lacking)}. docs/sources/ says what an export has.")


def _short(value: Any) -> str:
    """A proposal for the table; a list of names, or of their positions, stands in the file only."""
    return f"{len(value)} of them" if isinstance(value, list | dict) else str(value)
