"""The `defs.yaml` of a company that nobody has described yet: what `rollcall map` and `dg scaffold` write.

Belongs here: the text of the file, and which of its values are marked as open. Does not belong here: the guesses
(``roster.proposal.propose``), the mark itself (``assets.open_places``), a destination's part (its own ``draft``).
"""

import textwrap
from functools import partial
from typing import Any, Final

import yaml

from assets.attributes import FILL_IN
from assets.open_places import unsure
from destinations import registry
from resources.hr.agreed import AsAgreed
from roster.proposal.mapped import Mapped
from roster.proposal.propose import SURE, Proposal
from roster.proposal.recognising import Guess
from roster.shown import one_line
from roster.vocabulary import CANONICAL_COLUMNS

CONFIDENT: Final = SURE
"""Guesses below this are written as comments, unless nothing works without them. What is no surer than this, and in no comment, is marked
as open."""
NEEDED: Final = ("employee_id", "email", "first_name", "last_name")
OFTEN_PRESENT: Final = ("manager_id", "manager_email", "worker_status", "end_date")
"""Columns that a heading names are open, and not left out, where their cells do not bear it out: without them people would approve for
themselves, or stay once they have left."""
SEEN: Final = 0.25
"""Guesses below this are about a column that says nothing."""
ZONES: Final = {
    "SE": "Europe/Stockholm",
    "NO": "Europe/Oslo",
    "DK": "Europe/Copenhagen",
    "FI": "Europe/Helsinki",
    "DE": "Europe/Berlin",
    "GB": "Europe/London",
}

OPEN = """\
# A value that says in capitals to be filled in is open. Where a guess stands behind those capitals, take them away if the guess is right.
# No job of the company loads before, and `rollcall check` names each of these places.
"""
PROPOSED = """\
# Proposed by `rollcall map` from a file of {rows} rows. A proposal, not a decision: behind each line stands how sure it is, from 0 to 1,
# and why. What is less sure than {sure} stands in a comment, or is marked. Look at every line, and try it on the file, which needs neither
# Dagster nor network:  rollcall check <this folder> <the file>
#
"""
BLANK = """\
# What a company needs, and nothing of it is known yet. `rollcall map <HR's file>` proposes much of it from the file itself, and
# docs/settings.md has every attribute.
#
"""
HEAD = """
type: assets.RosterSync
attributes:
  timezone: {zone}
  owners: [team:FILL-IN]  # who answers for this: team:name, or an e-mail address
  # The first plan is held until somebody has looked at it and released it.
  first_sync: hold

  hr:
    csv:
      path: {path}
{format}    people:
      # Left: Rollcall's name. Right: the file's heading, or a rule. What is not named here is dropped on reading.
      columns:
{columns}
{unused}
      # What it says about someone we know that the file does not mention them: leaver | unchanged | error. unchanged removes nobody, and
      # keeps whoever HR simply leaves out.
      absent_means: {absent}
{history}{jobs}"""

JOBS = """
      # Several rows of one person are jobs of theirs: this one makes the person. Where none or several are, the rows are rejected.
      jobs:
        primary: {where}  {why}
"""

HISTORY = """
      # Rows that show how a person was before. They are accounted for, and not used.
      history:
        superseded: {where}  {why}
"""

SENT: Final = {
    "openpgp": "who may sign: signers and certificates, see docs/files.md",
    "manifest": "it lies beside the file: without it no file counts",
}
"""How a file is sent → what is to be known of it."""

DESTINATIONS = """
  # Leave out the destination that you do not use. {env: NAME} is read when a run needs it."""


def written(proposal: Proposal, path: str, agreed: AsAgreed | None = None) -> str:
    """The text of the file.

    Args:
        proposal: What HR's file seems to be.
        path: Where it lies, from the folder that this is written to; may be a pattern.
        agreed: How it is encrypted, and what lies beside it.
    """
    given = agreed.model_dump(exclude_unset=True, exclude_none=True) if agreed else {}
    sent = "".join(f"      {name}: {_flow(value)}  # {SENT[name]}\n" for name, value in given.items())
    opening = PROPOSED.format(rows=proposal.rows, sure=CONFIDENT)
    return (
        opening
        + OPEN
        + _text(proposal, path, sent + "".join(f"      {name}: {_guessed(guess)}\n" for name, guess in proposal.format.items()))
    )


def blank() -> str:
    """The text where nothing is known but what every company has."""
    nothing = Proposal({}, {}, {}, None, None, [], {}, 0, None)
    others = ", ".join(name for name in CANONICAL_COLUMNS if name not in NEEDED)
    hint = textwrap.fill(
        f"Others, as far as the file has them: {others}.", 120, initial_indent="        # ", subsequent_indent="        # "
    )
    return (
        BLANK
        + OPEN
        + _text(nothing, FILL_IN, '      # How it reads, such as delimiter: ";" and encoding: utf-8, is in docs/files.md.\n', hint)
    )


def _text(proposal: Proposal, path: str, format: str, hint: str = "") -> str:
    head = HEAD.format(
        zone=_zone(proposal),
        path=_flow(path),
        format=format,
        columns="\n".join(_column(proposal, name) for name in CANONICAL_COLUMNS if name in proposal.columns or name in NEEDED),
        unused=hint or _unused(proposal),
        absent=f"unchanged  # {proposal.known.source.title}: have its export hold those who left" if proposal.known else FILL_IN,
        history=_rows(HISTORY, proposal.history),
        jobs=_rows(JOBS, proposal.jobs),
    )
    mapped = Mapped(partial(_is_active, proposal), proposal.limit_unit, proposal.division)
    drafts = (registry.draft(name)(mapped) for name in registry.titles())
    return head + DESTINATIONS + "".join(drafts)


def _zone(proposal: Proposal) -> str:
    zone, why = ZONES.get(proposal.country or ""), "it decides which day today is"
    if zone is None:
        return f"{FILL_IN}  # such as Europe/Stockholm: {why}"
    return _guessed(Guess(zone, proposal.country_sure, f"where most people are; {why}"))


def _guessed(guess: Guess) -> str:
    """The value, marked unless it is surer than not, and why it is that."""
    return f"{_flow(guess.value if guess.confidence > CONFIDENT else unsure(guess.value))}  {_because(guess)}"


def _column(proposal: Proposal, name: str) -> str:
    guess = proposal.columns.get(name)
    if guess is None:
        return f"        {name}: {FILL_IN}{'  # not found' if proposal.rows else ''}"
    rule = proposal.rules.get(name, {"column": guess.value})
    value = rule["column"] if set(rule) == {"column"} else rule
    if not _is_active(proposal, name):
        return f"        # {name}: {_flow(value)}  {_because(guess)}"
    return f"        {name}: {_guessed(Guess(value, guess.confidence, guess.reason))}"


def _is_active(proposal: Proposal, name: str) -> bool:
    sure = proposal.columns[name].confidence if name in proposal.columns else 0.0
    return name in proposal.columns and (name in NEEDED or sure >= (SEEN if name in OFTEN_PRESENT else CONFIDENT))


def _unused(proposal: Proposal) -> str:
    taken = {guess.value for guess in proposal.columns.values()}
    taken |= {str(rule[part]) for rule in proposal.rules.values() for part in ("before", "behind") if part in rule}
    lines = []
    if proposal.private:
        lines.append(f"Not proposed, because it is none of an expense tool's business: {_named(proposal.private)}")
    rest = [name for name in proposal.header if name and name not in taken and name not in proposal.private]
    if rest and "columns" not in proposal.format:
        lines.append(f"Not used: {', '.join(rest)}. A column of your own is called extra_something.")
    return "\n".join(f"        # {one_line(line)}" for line in lines)


def _named(private: dict[str, str]) -> str:
    return ", ".join(f"{heading} (looks like {kind})" for heading, kind in private.items())


def _rows(text: str, found: tuple[dict[str, list[str]], Guess] | None) -> str:
    """The part of the YAML about people with several rows; nothing where there are none."""
    if found is None:
        return ""
    where, guess = found
    return text.format(where=_flow(where if guess.confidence > CONFIDENT else unsure(where)), why=_because(guess))


def _because(guess: Guess) -> str:
    return f"# {guess.confidence:.2f}: {one_line(guess.reason)}"


def _flow(value: Any) -> str:
    """A value as YAML on one line, in quotes where it would be taken for something else."""
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=100_000)
    return text.removesuffix("\n").removesuffix("\n...")
