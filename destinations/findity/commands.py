"""`rollcall findity …`: a person's own account there, and one user as an administrator sees them. No job needs it.

Belongs here: the commands, and what they print. Does not belong here: signing in and calling (``destinations.findity.expense``).
"""

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Final, cast

import typer

from destinations.commands import Host, Opened, application
from destinations.findity import COMMANDS, TITLE, comparison
from destinations.findity.adapter import Adapter
from destinations.findity.expense import sign_in
from destinations.findity.expense.answers import Me
from destinations.findity.expense.client import Expense, connection_to
from destinations.findity.expense.kept import place_of
from destinations.findity.expense.refusals import NoOrganization
from destinations.findity.expense.tokens import KeptPerson
from destinations.findity.settings import FindityConnection, FindityExpense, Settings, parts
from resources.failures import Failed, Permanent
from resources.http import Http

_SHOWN: Final = {"canImpersonate": "act for others", "canViewAdmin": "see the administration"}


def group(host: Host) -> typer.Typer:
    """The commands.

    Args:
        host: The command line.
    """
    app = application(COMMANDS)
    company_help = "The company's name, or the folder of its defs.yaml."

    @app.command("login")
    def login_(
        company: Annotated[str, typer.Argument(help=company_help, autocompletion=host.matching)],
        browser: Annotated[bool, typer.Option(help="Open the page in a browser; else only print its address.")] = True,
    ) -> None:
        """Sign in to Findity's Expense API in a browser, and keep the tokens on this machine."""
        with _opened(host, company) as there:
            login(host, there, browser)

    @app.command("me")
    def me_(
        company: Annotated[str, typer.Argument(help=company_help, autocompletion=host.matching)],
        show_values: Annotated[bool, typer.Option("--show-values", help="Print name, address and telephone number, too.")] = False,
    ) -> None:
        """Show whose account it is that somebody has signed in to, what it may do, and what waits for it."""
        with _opened(host, company) as there:
            me(host, there, show_values)

    @app.command("user")
    def user_(
        company: Annotated[str, typer.Argument(help=company_help, autocompletion=host.matching)],
        number: Annotated[str, typer.Argument(help="The person's employee number.")],
        show_values: Annotated[bool, typer.Option("--show-values", help="Print what is in the fields, too.")] = False,
    ) -> None:
        """Ask Findity for one user, and show whether they are there, active, and which fields are filled."""
        with host.open(company) as opened:
            user(host, opened, number.strip(), show_values)

    @app.command()
    def logout(company: Annotated[str, typer.Argument(help=company_help, autocompletion=host.matching)]) -> None:
        """Forget the tokens that are kept on this machine. At Findity they go on until they end."""
        with _opened(host, company) as there:
            there.person.forget()
            host.say("The tokens are forgotten.")

    return app


@dataclass(frozen=True)
class There:
    """What a command needs. Its repr shows no token."""

    connection: FindityConnection
    expense: FindityExpense
    http: Http
    person: KeptPerson

    def client(self) -> Expense:
        """As the person."""
        return Expense(self.connection, self.person, self.http)


def login(host: Host, there: There, browser: bool) -> None:
    """Have somebody sign in, and say as which account."""
    with sign_in.attempt(there.expense) as attempt:
        host.say(f"Sign in at\n\n  {attempt.url}\n")
        if browser:
            webbrowser.open(attempt.url)
        attempt.finish(there.connection, there.expense, there.http, there.person)
    account = there.client().me(["meta.capabilities"])
    kept = "the keyring" if there.expense.kept_in == "keyring" else "a file below ROLLCALL_HOME that only you can read"
    host.say(f"Signed in as account {account.id}. The tokens are kept in {kept}.")
    _say_capabilities(host, account)


def me(host: Host, there: There, show_values: bool) -> None:
    """Say whose account it is, what it may do, and what waits for it."""
    client = there.client()
    account = client.me(["meta.capabilities"])
    host.say(f"Account {account.id} at {TITLE}.")
    if show_values:
        name = " ".join(filter(None, (account.profile.get("firstName"), account.profile.get("lastName"))))
        host.say("\n".join(f"  {text}" for text in (name, account.email, account.mobilePhone) if text))
    _say_capabilities(host, account)
    try:
        for row in client.counters():
            counts = {name: count for name, count in vars(row).items() if name != "organizationId" and count is not None}
            host.say(f"Organization {row.organizationId}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    except NoOrganization:
        host.say("It belongs to no organization.")


def user(host: Host, opened: Opened, number: str, show_values: bool) -> None:
    """Say what Findity has of one person, in each of the company's organizations.

    Raises:
        Failed: An organization could not be asked. All the others were.
    """
    failures: list[Failed] = []
    for own in parts(cast(Settings, opened.settings)).values():
        try:
            _user_in(host, opened, Adapter(own), number, show_values)
        except Failed as failure:
            failures.append(failure)
    for earlier in failures[:-1]:
        host.say(str(earlier))
    if failures:
        raise failures[-1]


def _user_in(host: Host, opened: Opened, there: Adapter, number: str, show_values: bool) -> None:
    """One organization, by the account that the ledger knows there, else by the number itself.

    Raises:
        Permanent: What is given, or the account, is an address, which has no place in a call's own.
    """
    known = opened.ledger.acknowledged.all(there.name, ("employee_id", "account")).set_index("employee_id")["account"]
    account = known.get(number)
    account = account if isinstance(account, str) and not account.startswith(comparison.UNADDRESSED) else number
    if "@" in account:
        raise Permanent("One user is asked for by an external id that is no e-mail address.", "Give the employee number, or look there.")
    with there.access().open() as client:
        found = client.user(account)
    if found.empty:
        host.say(f"{there.title} has no user {number}.")
        return
    filled = found.iloc[0].dropna()
    shown = filled.get("active")
    active = "there; whether active, it does not show" if shown is None else "active" if shown else "inactive"
    host.say(f"{there.title} has user {number}: {active}.")
    given = {name: value for name, value in filled.drop("active", errors="ignore").items() if value not in ("[]", "{}")}
    host.say("\n".join(f"  {name}: {value}" if show_values else f"  {name}" for name, value in given.items()))


def _say_capabilities(host: Host, account: Me) -> None:
    for name, words in _SHOWN.items():
        allowed = getattr(account.capabilities, name)
        host.say(f"  may {words}: {'not shown' if allowed is None else 'yes' if allowed else 'no'}")


@contextmanager
def _opened(host: Host, company: str) -> Iterator[There]:
    """A company, as far as its settings let people sign in.

    Raises:
        Permanent: They do not.
    """
    with host.open(company) as opened:
        settings = cast(Settings, opened.settings)
        connection, expense = settings.connection, settings.expense
        if expense is None:
            raise Permanent("This company's settings have no `expense` at Findity.", "docs/findity.md says what it needs.")
        name, kept = place_of(connection, expense)
        with connection_to(connection) as http:
            yield There(connection, expense, http, KeptPerson(connection, expense, name, kept, http))
