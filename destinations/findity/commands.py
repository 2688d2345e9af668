"""The commands `rollcall findity …`: a person's own account there. No job needs them.

Belongs here: what they print, and when they end. Does not belong here: signing in and calling (``destinations.findity.expense``), which is
imported when one of them runs: help and completion do without pandas.
"""

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from destinations.command_line import CommandLine, completing, handed
from destinations.findity import NAME, TITLE

if TYPE_CHECKING:
    from destinations.findity.expense.answers import Me
    from destinations.findity.expense.client import Expense
    from destinations.findity.expense.tokens import KeptPerson
    from destinations.findity.settings import FindityConnection, FindityExpense
    from resources.http import Http

NOT_SET: Final = "This company's settings have no `expense` at Findity: docs/findity.md says what it needs."
_SHOWN: Final = {"canImpersonate": "act for others", "canViewAdmin": "see the administration"}

app = typer.Typer(no_args_is_help=True, help="Findity's Expense API, as the person who signs in.")

Company = Annotated[str, typer.Argument(help="The company's name, or the folder of its defs.yaml.", autocompletion=completing)]


@dataclass(frozen=True)
class _Opened:
    """What a command needs. Its repr shows no token."""

    connection: "FindityConnection"
    expense: "FindityExpense"
    http: "Http"
    person: "KeptPerson"

    def client(self) -> "Expense":
        from destinations.findity.expense.client import Expense  # noqa: PLC0415

        return Expense(self.connection, self.person, self.http)


@app.command()
def login(
    context: typer.Context,
    company: Company,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser; else only print its address.")] = True,
) -> None:
    """Sign in to Findity's Expense API in a browser, and keep the tokens on this machine."""
    from destinations.findity.expense import sign_in  # noqa: PLC0415

    line = handed(context)
    with _opened(line, company) as there:
        with sign_in.attempt(there.expense) as attempt:
            line.say(f"Sign in at\n\n  {attempt.url}\n")
            if browser:
                webbrowser.open(attempt.url)
            attempt.finish(there.connection, there.expense, there.http, there.person)
        me = there.client().me(["meta.capabilities"])
        kept = "the keyring" if there.expense.kept_in == "keyring" else "a file below ROLLCALL_HOME that only you can read"
        line.say(f"Signed in as account {me.id}. The tokens are kept in {kept}.")
        _say_capabilities(line, me)


@app.command()
def me(
    context: typer.Context,
    company: Company,
    show_values: Annotated[bool, typer.Option("--show-values", help="Print name, address and telephone number, too.")] = False,
) -> None:
    """Show whose account it is that somebody has signed in to, what it may do, and what waits for it."""
    from destinations.findity.expense.refusals import NoOrganization  # noqa: PLC0415

    line = handed(context)
    with _opened(line, company) as there:
        client = there.client()
        account = client.me(["meta.capabilities"])
        line.say(f"Account {account.id} at {TITLE}.")
        if show_values:
            profile = account.profile
            name = " ".join(filter(None, (profile.get("firstName"), profile.get("lastName"))))
            line.say("\n".join(f"  {text}" for text in (name, account.email, account.mobilePhone) if text))
        _say_capabilities(line, account)
        try:
            for row in client.counters():
                counts = {name: count for name, count in vars(row).items() if name != "organizationId" and count is not None}
                line.say(f"Organization {row.organizationId}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
        except NoOrganization:
            line.say("It belongs to no organization.")


@app.command()
def logout(context: typer.Context, company: Company) -> None:
    """Forget the tokens that are kept on this machine. At Findity they go on until they end."""
    line = handed(context)
    with _opened(line, company) as there:
        there.person.forget()
        line.say("The tokens are forgotten.")


def _say_capabilities(line: CommandLine, me: "Me") -> None:
    for name, words in _SHOWN.items():
        allowed = getattr(me.capabilities, name)
        line.say(f"  may {words}: {'not shown' if allowed is None else 'yes' if allowed else 'no'}")


@contextmanager
def _opened(line: CommandLine, company: str) -> Iterator[_Opened]:
    """What every command needs. Failures end it with their own words, which hold nothing of a person."""
    from destinations.findity.expense.client import connection_to  # noqa: PLC0415
    from destinations.findity.expense.kept import place_of  # noqa: PLC0415
    from destinations.findity.expense.tokens import KeptPerson  # noqa: PLC0415
    from resources.failures import Failed  # noqa: PLC0415

    settings: Any = line.settings(company, NAME)
    if settings.expense is None:
        line.stop(NOT_SET)
    connection, expense = settings.connection, settings.expense
    try:
        name, kept = place_of(connection, expense)
        with connection_to(connection) as http:
            yield _Opened(connection, expense, http, KeptPerson(connection, expense, name, kept, http))
    except Failed as failure:
        line.stop(str(failure))
