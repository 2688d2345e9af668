"""The chain of approval as one destination sees it: HR's people, and those whom only the destination knows.

Belongs here: putting the input of ``roster.approvers`` together. Does not belong here: the resolution itself.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from roster import approvers
from roster.settings import Approvers

AbsentMeans = Literal["leaver", "unchanged", "error"]


@dataclass(frozen=True)
class Chain:
    """Who approves for whom at one destination."""

    approvals: pd.DataFrame
    """``employee_id``, ``approver_id``, ``repair``, ``asked``: the answer of `roster.approvers.resolve`."""
    addresses: pd.Series
    """E-mail address by employee number, of everyone in the chain."""
    able: pd.Index
    """The employee numbers of those who may approve."""

    def approver_of(self, employee_ids: pd.Series) -> pd.Series:
        """Each person's approver by employee number, at the index of `employee_ids`."""
        return employee_ids.map(self.approvals.set_index("employee_id")["approver_id"]).astype("str")

    def address_of(self, names: pd.Series) -> pd.Series:
        """Addresses for employee numbers; what is an address already stays as it is, an unknown number is missing."""
        return names.where(names.str.contains(".@", na=False), names.map(self.addresses)).astype("str")

    def may_approve(self, names: pd.Series) -> pd.Series:
        """Whether each named person (number or address) may approve; an address that nobody in the chain has may."""
        address = names.str.lower()
        unable = self.addresses[~self.addresses.index.isin(self.able)].str.lower()
        return names.isin(self.able) | (names.str.contains("@", na=False) & ~address.isin(unable))


def approval_chain(
    roster: pd.DataFrame, accounts: pd.DataFrame, acknowledged: pd.DataFrame, settings: Approvers, absent_means: AbsentMeans
) -> Chain:
    """Who approves for whom at one destination.

    A person outside scope approves only where they have an active account. Someone who is in no valid row (their row was rejected, or HR
    does not know them) but has an active account approves with the values last known there, unless their absence makes them a leaver.

    Args:
        roster: the roster frame, those outside scope included.
        accounts: the destination's people (`roster.matching.ACCOUNT_COLUMNS`), minus nobody: rejected people count.
        acknowledged: the ledger's rows of this destination, of people whose row was not rejected: whom an absence can make a leaver.
        settings: top and fallback.
        absent_means: what absence from the file says.

    Returns:
        The chain. An account without a number is named by ``@`` and its address in it.
    """
    named = accounts[accounts["active"]]
    named = named.assign(employee_id=named["number"].fillna("@" + named["email"].str.lower())).drop_duplicates("employee_id")
    addressed = named["email"].str.lower()
    by_address = named.assign(address=addressed).dropna(subset="address").drop_duplicates("address").set_index("address")["employee_id"]
    here = roster["employee_id"].isin(named["employee_id"]) | roster["email"].str.lower().isin(addressed)
    insiders = pd.DataFrame(
        {
            "employee_id": roster["employee_id"],
            "manager_id": roster["manager_id"].fillna(roster["manager_email"].str.lower().map(by_address)),
            "employment": roster["employment"],
            "eligible": roster["employment"].eq("active") & (roster["in_scope"] | here),
            "needs": roster["in_scope"] & roster["employment"].isin(["active", "leave"]),
            "email": roster["email"],
        }
    )
    others = named[~named["employee_id"].isin(roster["employee_id"]) & ~addressed.isin(roster["email"].str.lower())]
    gone = others["employee_id"].isin(acknowledged["employee_id"]) & (absent_means == "leaver")
    outsiders = pd.DataFrame(
        {
            "employee_id": others["employee_id"],
            "manager_id": pd.Series(np.nan, index=others.index, dtype="str"),
            "employment": gone.map({True: "left", False: "active"}).astype("str"),
            "eligible": ~gone,
            "needs": False,
            "email": others["email"],
        }
    )
    people = pd.concat([insiders, outsiders], ignore_index=True)
    people["manager_id"] = people["manager_id"].astype("str")
    able = people.loc[people["eligible"], "employee_id"]
    return Chain(approvers.resolve(people.drop(columns="email"), settings), people.set_index("employee_id")["email"], pd.Index(able))
