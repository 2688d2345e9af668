"""What a reading of Expensify is for: the policies and the people of one company, by its rules, HR's file and the ledger.

Belongs here: gathering that. Does not belong here: asking Expensify (``reading``), what it then means (``membership``).
"""

from dataclasses import replace

import pandas as pd

from destinations.expensify import NAME, identity, membership, records
from destinations.expensify.reading import Wanted
from destinations.expensify.settings import Settings
from resources.environment import EnvText
from resources.ledger import Ledger
from roster.membership import among
from roster.plan import memory


def wanted(settings: Settings, ledger: Ledger, roster: pd.DataFrame) -> Wanted:
    """What for, as far as it is known before the list of policies is."""
    acknowledged = ledger.acknowledged.all(NAME, ("employee_id", "account", "fields", "record"))
    staying = roster.loc[roster["in_scope"] & roster["employment"].isin(["active", "leave", "pending"]), ["employee_id", "email"]]
    rows = roster[["employee_id", "email"]].rename(columns={"email": "account"})
    known = pd.concat([acknowledged[["employee_id", "account"]], rows])
    known = known.assign(account=known["account"].str.lower()).drop_duplicates(ignore_index=True)
    taken = known["account"].dropna()
    former = memory.each(acknowledged, memory.FORMER).rename(columns={"value": "account"})
    known = pd.concat([known, former[~among(former["account"], taken)]], ignore_index=True)
    departed = known[~among(known["employee_id"], staying["employee_id"])]
    # An address that somebody has now is no leaver's any more.
    departed = departed.assign(account=departed["account"].mask(among(departed["account"], staying["email"].str.lower())))
    return Wanted(
        named=records.policies_of(settings.feed, roster),
        remembered=membership.remembered(acknowledged),
        known=known,
        departed=departed,
        acknowledged=acknowledged,
        taken=taken,
        sent=acknowledged[["employee_id", "record"]],
        tags=settings.feed.defaultTags is not None,
    )


def without_others(found: Wanted, listed: pd.DataFrame, settings: Settings, ledger: Ledger) -> Wanted:
    """The same, with the policies that are other companies' of this ledger: theirs is to say who is in them."""
    unnamed = sorted(set(listed["id"].dropna()) - set(found.named))
    keys = identity.keys(settings, EnvText.resolve, unnamed)
    others = ledger.claims.others(NAME, list(keys)) if keys else {}
    return replace(found, others=frozenset(keys[key] for key in others))
