"""Addresses whose domain is new: who had another address, and whoever comes in, with one that nobody has vouched for.

Belongs here: telling domains, the form in which settings name them, and holding such people. Does not belong here: whether an address is
one (``roster.intake.validation``), how many addresses may change (``roster.plan.limits``).

Whoever may write HR's file could otherwise send somebody's login, and with it their expenses, to a mailbox of their own. A domain is whole:
one below it (``mail.acme.example``) is another one, for it may be in other hands. None is ever told: it stands in a cell.
"""

from collections.abc import Collection
from typing import Annotated

import pandas as pd
from pydantic import AfterValidator

from roster.membership import among, looked_up

REASON = "new_domain"
DETAIL = "the address has a domain that nobody here had before"
DETAIL_JOINER = "the address has a domain that `email_domains` does not name"


def _plain(name: str) -> str | None:
    """A domain as mail servers have it (IDNA, lower case); None where it is none."""
    import email_validator  # noqa: PLC0415 - where no domain has to be told from another, nothing needs it

    try:
        found = email_validator.validate_email(f"a@{name}", check_deliverability=False, globally_deliverable=False)
    except (email_validator.EmailNotValidError, ValueError):
        return None
    return found.ascii_domain.lower()


def _listed(name: str) -> str:
    if name != name.lower():
        raise ValueError("a domain in lower case is needed, such as acme.example")
    plain = _plain(name) if "@" not in name and "." in name else None
    if plain is None:
        raise ValueError("not a domain such as acme.example, without @ and *")
    return plain


Domain = Annotated[str, AfterValidator(_listed)]
"""A domain in settings; one with other letters may be written as people read it, and is kept as mail servers have it."""


def domains(addresses: pd.Series) -> pd.Series:
    """The domain of each address, as mail servers have it; missing where there is none."""
    written = addresses.str.lower().str.extract(r"@([^@]+)$", expand=False)
    foreign = {name: _plain(name) or name for name in written.dropna().unique() if not name.isascii()}
    return written.replace(foreign).astype("str") if foreign else written


def hold_new(
    people: pd.DataFrame, moving: pd.Series, addresses: pd.Series, before: pd.Series, listed: Collection[str] | None
) -> pd.DataFrame:
    """The decisions, with everyone held whose address is to have a domain that nobody had, or nobody named.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
        moving: the employee numbers of those of whom a former address is known and who change it or come back.
        addresses: employee number → the address that they are to have.
        before: the addresses that people of HR's had there before.
        listed: the domains that the settings name; None where they name none. Joiners, and who comes back of whom no former address is
            known, are held only where they do.
    """
    known_before = people["action"].isin(["update", "reactivate"]) & among(people["employee_id"], moving)
    coming = people["action"].isin(["create", "reactivate"]) & ~known_before & (listed is not None)
    if not (known_before | coming).any():
        return people
    named = pd.Series(sorted(listed or ()), dtype="str")
    new = domains(looked_up(people["employee_id"], addresses).where(known_before | coming))
    strange = new.notna() & ~among(new, named)
    moved = known_before & strange & ~among(new, domains(before))
    held = moved | (coming & strange)
    return people.assign(
        action=people["action"].mask(held, "hold"),
        intended=people["intended"].mask(held, people["action"]),
        reason=people["reason"].mask(held, REASON),
        detail=people["detail"].mask(moved, DETAIL).mask(coming & strange, DETAIL_JOINER),
    )
