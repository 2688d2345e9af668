"""Who in HR is who at a destination: by employee number, else by e-mail address where the destination has no number.

Belongs here: pairing people with accounts, and what to call an account that nobody in HR has. Does not belong here: what then happens to
them (``roster.plan.decision``).
"""

import hashlib

import pandas as pd

from roster.membership import among

ACCOUNT_COLUMNS = ("account", "number", "email", "active", "approver")
"""A destination's people in the common form: its own key, employee number (if it has one), address, whether they are active, and the
account of whoever approves for them there (missing where nobody does, or nobody who is to be seen)."""


def pseudonyms(accounts: pd.Series, key: bytes) -> pd.Series:
    """What to call accounts that cannot be named by employee number: ``~`` and twelve hex digits of a keyed hash of the account.

    An account may be an address, and these names are seen by whoever sees the run: without the key nobody can test an address against
    them. With fewer digits, two strangers might share one.
    """

    def named(account: str) -> str:
        return "~" + hashlib.blake2b(account.encode(), key=key[:64], digest_size=6, person=b"account").hexdigest()

    return (accounts.map(named, na_action="ignore") if accounts.notna().any() else accounts).astype("str")


def owners(acknowledged: pd.DataFrame) -> pd.Series:
    """The employee number that the ledger knows for each account; of several people who had it in turn, whoever is active there."""
    held = acknowledged.dropna(subset="account").sort_values("active", ascending=False, kind="stable").drop_duplicates("account")
    return held.set_index("account")["employee_id"]


def match(people: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """Pairs people with accounts; doubtful pairs are called conflicts, never guessed.

    Args:
        people: ``employee_id`` and ``email``, each unique; the address may be missing where only the number is known.
        accounts: `ACCOUNT_COLUMNS`; ``account`` unique, ``number`` may be missing or (by a fault of the destination) repeated.

    Returns:
        One row for each person who has an account or a conflict: ``employee_id``, ``account``, ``matched_by``
        (``number``, ``email`` or ``conflict``). A conflict is: two accounts with the person's number; the person's address on an account
        that has another number; or number and address leading to two different accounts. No account occurs
        twice: in a conflict over an account that another person holds by number, ``account`` is missing.
    """
    by_number = people[["employee_id"]].merge(
        accounts.loc[accounts["number"].notna(), ["number", "account"]], left_on="employee_id", right_on="number"
    )
    # In this order: a column given to a frame without rows would bring its own rows along.
    hr = people.assign(address=people["email"].str.lower()).dropna(subset="address")
    there = accounts.assign(address=accounts["email"].str.lower()).dropna(subset="address")
    by_email = hr[["employee_id", "address"]].merge(there[["account", "number", "address"]], on="address")
    pairs = pd.concat(
        [
            by_number[["employee_id", "account"]].assign(matched_by="number"),
            by_email[["employee_id", "account"]].assign(matched_by="email"),
        ],
        ignore_index=True,
    ).drop_duplicates(["employee_id", "account"])
    foreign = by_email.loc[by_email["number"].notna() & (by_email["number"] != by_email["employee_id"]), "employee_id"]
    several = pairs.loc[pairs["employee_id"].duplicated(), "employee_id"]
    conflict = among(pairs["employee_id"], pd.concat([foreign, several]))
    # An account that somebody holds by number is theirs: whoever only shares its address has a conflict and no account.
    theirs = among(pairs["account"], pairs.loc[pairs["matched_by"].eq("number"), "account"]) & pairs["matched_by"].eq("email")
    pairs = pairs.assign(
        account=pairs["account"].mask(theirs),
        matched_by=pairs["matched_by"].mask(conflict, "conflict"),
    )
    return pairs.drop_duplicates("employee_id").reset_index(drop=True).astype("str")
