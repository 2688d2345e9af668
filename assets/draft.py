"""The `defs.yaml` that `rollcall map` writes: what the file seems to be, as a company's settings, with what is left to decide.

Belongs here: the text of the file. Does not belong here: the guesses (``roster.proposal.propose``).
"""

from functools import partial
from typing import Any, Final

import yaml

from destinations import registry
from roster.proposal.mapped import Mapped
from roster.proposal.propose import Proposal
from roster.proposal.recognising import Guess
from roster.shown import one_line
from roster.vocabulary import CANONICAL_COLUMNS

CONFIDENT: Final = 0.5
"""Guesses below this are written as comments, unless nothing works without them."""
NEEDED: Final = ("employee_id", "email", "first_name", "last_name")
ZONES: Final = {
    "SE": "Europe/Stockholm",
    "NO": "Europe/Oslo",
    "DK": "Europe/Copenhagen",
    "FI": "Europe/Helsinki",
    "DE": "Europe/Berlin",
    "GB": "Europe/London",
}

HEAD = """\
# Proposed by `rollcall map` from a file of {rows} rows. A proposal, not a decision: behind each line stands how sure it is, from 0 to 1,
# and why. What is less sure than {sure} stands in a comment. Look at every line, fill in what says FILL-IN, and try it on the file, which
# needs neither Dagster nor network:  rollcall check <this folder> <the file>

type: assets.RosterSync
attributes:
  timezone: {zone}  # {zone_why}
  owners: [team:FILL-IN]  # who answers for this: team:name, or an e-mail address
  # The first plan is held until somebody has looked at it and released it.
  first_sync: hold

  hr:
    csv:
      path: {path}
{format}
    people:
      # Left: Rollcall's name. Right: the file's heading, or a rule. What is not named here is dropped on reading.
      columns:
{columns}
{unused}
      # What it says about someone we know that the file does not mention them: leaver | unchanged | error. FILL-IN: unchanged removes
      # nobody, and keeps whoever HR simply leaves out.
      absent_means: unchanged
{history}"""

HISTORY = """
      # Rows that show how a person was before. They are accounted for, and not used.
      history:
        superseded: {where}  {why}
"""

DESTINATIONS = """
  # Leave out the destination that you do not use. {env: NAME} is read when a run needs it."""


def written(proposal: Proposal, path: str) -> str:
    """The text of the file.

    Args:
        proposal: What HR's file seems to be.
        path: Where it lies, from the folder that this is written to; may be a pattern.
    """
    zone = ZONES.get(proposal.country or "")
    head = HEAD.format(
        rows=proposal.rows,
        sure=CONFIDENT,
        zone=zone or "Etc/UTC",
        zone_why="where most people are; it decides which day today is" if zone else "FILL-IN: it decides which day today is",
        path=_flow(path),
        format="\n".join(f"      {name}: {_flow(guess.value)}  {_because(guess)}" for name, guess in proposal.format.items()),
        columns="\n".join(_column(proposal, name) for name in CANONICAL_COLUMNS if name in proposal.columns or name in NEEDED),
        unused=_unused(proposal),
        history=_history(proposal),
    )
    mapped = Mapped(partial(_is_active, proposal), proposal.limit_unit)
    drafts = (registry.draft(name)(mapped) for name in registry.titles())
    return head + DESTINATIONS + "".join(drafts)


def _column(proposal: Proposal, name: str) -> str:
    guess = proposal.columns.get(name)
    if guess is None:
        return f"        {name}: FILL-IN  # not found"
    rule = proposal.rules.get(name, {"column": guess.value})
    text = _flow(rule["column"] if set(rule) == {"column"} else rule)
    mark = "" if _is_active(proposal, name) else "# "
    return f"        {mark}{name}: {text}  {_because(guess)}"


def _is_active(proposal: Proposal, name: str) -> bool:
    return name in proposal.columns and (name in NEEDED or proposal.columns[name].confidence >= CONFIDENT)


def _unused(proposal: Proposal) -> str:
    taken = {guess.value for guess in proposal.columns.values()}
    lines = []
    if proposal.private:
        lines.append(f"Not proposed, because it is none of an expense tool's business: {', '.join(proposal.private)}")
    rest = [name for name in proposal.header if name and name not in taken and name not in proposal.private]
    if rest and "columns" not in proposal.format:
        lines.append(f"Not used: {', '.join(rest)}. A column of your own is called extra_something.")
    return "\n".join(f"        # {one_line(line)}" for line in lines)


def _history(proposal: Proposal) -> str:
    if proposal.history is None:
        return ""
    where, guess = proposal.history
    return HISTORY.format(where=_flow(where), why=_because(guess))


def _because(guess: Guess) -> str:
    return f"# {guess.confidence:.2f}: {one_line(guess.reason)}"


def _flow(value: Any) -> str:
    """A value as YAML on one line, in quotes where it would be taken for something else."""
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=100_000)
    return text.removesuffix("\n").removesuffix("\n...")
