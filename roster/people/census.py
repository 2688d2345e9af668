"""Everyone, HR's people and the destination's, once each: who they are in both, and how they stand.

Belongs here: joining HR, the destination and the ledger into one list of people. Does not belong here: what is planned for them
(``roster.plan.decision``).
"""

import numpy as np
import pandas as pd

from roster.membership import among
from roster.people.matching import match, pseudonyms

CENSUS_COLUMNS = ("person", "employee_id", "account", "matched_by", "standing", "present", "acknowledged")
"""``person`` names them everywhere (employee number, or a pseudonym of the account); ``standing`` is below;
``present``: has an active account; ``acknowledged``: the ledger has seen them in step there."""

STANDINGS = ("wanted", "left", "pending", "out_of_scope", "rejected", "absent", "disputed", "stranger")
"""``wanted`` in scope and employed · ``left`` by their own row · ``pending`` not started · ``out_of_scope`` by a rule · ``rejected`` only
in rejected rows · ``absent`` known to the ledger, in no row · ``disputed`` an account whose owner is in doubt · ``stranger`` not in HR."""


def census(roster: pd.DataFrame, rejected: pd.Series, accounts: pd.DataFrame, acknowledged: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Lists everyone once.

    Args:
        roster: the roster frame, those outside scope included.
        rejected: the employee numbers that rejected rows carry, where they can be read; labelled by what names them where they are shown
            (`roster.intake.numbers.in_rejects`), or not at all.
        accounts: `roster.people.matching.ACCOUNT_COLUMNS`.
        acknowledged: the ledger's people of this destination.
        key: for pseudonyms.

    Returns:
        `CENSUS_COLUMNS`, ``person`` unique and every account in exactly one row.
    """
    people = pd.concat([_by_row(roster), _by_reject(rejected, roster)], ignore_index=True)
    pairs = match(people[["employee_id", "email"]], accounts)
    people = people.merge(pairs, on="employee_id", how="left")
    others = _only_there(accounts[~among(accounts["account"], people["account"])], people, acknowledged, key)
    everyone = pd.concat([people, others], ignore_index=True)
    active = accounts.loc[accounts["active"], "account"]
    everyone["present"] = among(everyone["account"], active)
    everyone["acknowledged"] = among(everyone["employee_id"], acknowledged["employee_id"])
    everyone["matched_by"] = everyone["matched_by"].mask(_perhaps_here(everyone, roster, accounts), "conflict")
    texts = dict.fromkeys(("person", "employee_id", "account", "matched_by", "standing"), "str")
    return everyone.astype(texts)[list(CENSUS_COLUMNS)]


def _perhaps_here(everyone: pd.DataFrame, roster: pd.DataFrame, accounts: pd.DataFrame) -> pd.Series:
    """Who has left by their own row, while their account has the address of somebody who is here under another number, and no other name:
    it may be one person, whom HR has moved."""
    left = everyone[everyone["standing"].eq("left") & everyone["matched_by"].eq("number") & everyone["present"]]
    if left.empty:
        return pd.Series(False, index=everyone.index)
    address = left["account"].map(accounts.set_index("account")["email"].str.lower())
    here = roster[roster["in_scope"] & roster["employment"].isin(["active", "leave"]) & among(roster["email"].str.lower(), address)]
    whole = (roster["first_name"] + " " + roster["last_name"]).str.casefold().set_axis(roster["employee_id"])
    now, before = address.map(here.set_index(here["email"].str.lower())["employee_id"]), left["employee_id"].map(whole)
    other = before.notna() & now.map(whole).ne(before)
    return (now.notna() & ~other).reindex(everyone.index, fill_value=False)


def _by_row(roster: pd.DataFrame) -> pd.DataFrame:
    standing = roster["employment"].map({"active": "wanted", "leave": "wanted", "left": "left", "pending": "pending"})
    return pd.DataFrame(
        {
            "person": roster["employee_id"],
            "employee_id": roster["employee_id"],
            "email": roster["email"],
            "standing": standing.where(roster["in_scope"], "out_of_scope"),
        }
    )


def _by_reject(rejected: pd.Series, roster: pd.DataFrame) -> pd.DataFrame:
    lost = rejected.dropna().drop_duplicates()
    lost = lost[~among(lost, roster["employee_id"])]
    shown = lost.index.to_series(lost.index) if pd.api.types.is_string_dtype(lost.index.dtype) else lost
    named = {"person": shown, "employee_id": lost, "email": pd.Series(np.nan, index=lost.index, dtype="str"), "standing": "rejected"}
    return pd.DataFrame(named)


def _only_there(accounts: pd.DataFrame, people: pd.DataFrame, acknowledged: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """The accounts that no person of HR's file has."""
    number = accounts["number"]
    known = among(number, acknowledged["employee_id"])
    in_doubt = among(number, people["employee_id"]) | among(accounts["email"].str.lower(), people["email"].str.lower())
    in_doubt |= known & number.duplicated(keep=False)
    standing = np.select([in_doubt, known], ["disputed", "absent"], "stranger")
    # A stranger's number was given by who knows whom, and may be an address: only numbers that the ledger knows are shown.
    named = known & ~in_doubt
    return pd.DataFrame(
        {
            "employee_id": number.where(named),
            "account": accounts["account"],
            "matched_by": named.map({True: "number"}).astype("str"),
            "standing": standing,
            "person": number.where(named, pseudonyms(accounts["account"], key)),
        }
    )
