"""The chain of approval as one destination sees it: HR's people, and those whom only the destination knows.

Belongs here: putting the input of ``roster.people.approvers`` together. Does not belong here: the resolution itself.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from roster.membership import among
from roster.people import approvers
from roster.people.matching import pseudonyms
from roster.settings import Approvers

AbsentMeans = Literal["leaver", "unchanged", "error"]


@dataclass(frozen=True)
class Chain:
    """Who approves for whom at one destination."""

    approvals: pd.DataFrame
    """The answer of `roster.people.approvers.resolve`."""
    addresses: pd.Series
    """E-mail address by name, of everyone in the chain."""
    able: pd.Index
    """The employee numbers of those who may approve."""
    stand_ins: pd.DataFrame
    """In the form of `approvals`: whom the settings name as an approver and who cannot be one today, with who is in their place."""
    leave_to_vendor: bool = False
    """Whether a destination that passes over people on leave by itself is left to do so."""

    @property
    def repairs(self) -> pd.DataFrame:
        """Everyone for whom HR's word, or that of the settings, could not be followed, in the form of `approvals`."""
        return pd.concat([self.approvals.dropna(subset="repair"), self.stand_ins], ignore_index=True)

    def approver_of(self, employee_ids: pd.Series) -> pd.Series:
        """Each person's approver by employee number, at the index of `employee_ids`."""
        return employee_ids.map(self.approvals.set_index("employee_id")["approver_id"]).astype("str")

    def via(self, employee_ids: pd.Series) -> pd.Series:
        """The manager on leave through whom a destination that passes over them finds the same approver; missing where there is none."""
        return employee_ids.map(self.approvals.set_index("employee_id")["via"]).astype("str")

    def address_of(self, names: pd.Series) -> pd.Series:
        """Addresses for employee numbers; what is an address already stays as it is, an unknown number is missing."""
        return names.where(names.str.contains("@", na=False), names.map(self.addresses)).astype("str")

    def may_approve(self, names: pd.Series) -> pd.Series:
        """Whether each named person (number or address) may approve; an address that nobody in the chain has may."""
        address = names.str.lower()
        able = self.able.to_series()
        unable = self.addresses[~among(self.addresses.index.to_series(), able)].str.lower()
        return among(names, able) | (names.str.contains("@", na=False) & ~among(address, unable))


def approval_chain(
    roster: pd.DataFrame, accounts: pd.DataFrame, acknowledged: pd.DataFrame, settings: Approvers, absent_means: AbsentMeans, key: bytes
) -> Chain:
    """Who approves for whom at one destination.

    A person outside scope approves only where they have an active account. Someone who is in no valid row (their row was rejected, or HR
    does not know them) but has an active account approves with the values last known there, unless their absence makes them a leaver.

    Args:
        roster: the roster frame, those outside scope included.
        accounts: the destination's people (`roster.people.matching.ACCOUNT_COLUMNS`), minus nobody: rejected people count.
        acknowledged: the ledger's rows of this destination, of people whose row was not rejected: whom an absence can make a leaver.
        settings: top and fallback.
        absent_means: what absence from the file says.
        key: for pseudonyms.

    Returns:
        The chain. An account without a number goes by its pseudonym in it.

    Raises:
        roster.people.approvers.NoApprover: Someone whom the settings name can neither approve nor be stood in for.
    """
    active = accounts[accounts["active"]]
    named = active.assign(employee_id=names_of(active, key)).drop_duplicates("employee_id")
    people = pd.concat([_insiders(roster, named, key), _outsiders(roster, named, acknowledged, absent_means)], ignore_index=True)
    people["manager_id"] = people["manager_id"].astype("str")
    able = people.loc[people["eligible"], "employee_id"]
    links = people.drop(columns="email")
    return Chain(
        approvals=approvers.resolve(links, settings),
        addresses=people.set_index("employee_id")["email"],
        able=pd.Index(able),
        stand_ins=approvers.stand_ins(links, settings),
        leave_to_vendor=settings.resolve_leave == "vendor",
    )


def names_of(accounts: pd.DataFrame, key: bytes) -> pd.Series:
    """How the chain calls each account: by its number; by its pseudonym where it has none, or one that is an address."""
    number = accounts["number"]
    return number.mask(number.str.contains("@", na=False)).fillna(pseudonyms(accounts["account"], key))


def _insiders(roster: pd.DataFrame, named: pd.DataFrame, key: bytes) -> pd.DataFrame:
    there = named.assign(address=named["email"].str.lower()).dropna(subset="address")
    by_address = there.drop_duplicates("address").set_index("address")["employee_id"]
    manager = roster["manager_email"].str.lower()
    # A manager whom nobody knows is not the same as none: the pseudonym leads nowhere, and the link breaks off.
    beyond = manager.map(by_address).astype("str").fillna(pseudonyms(manager, key))
    here = among(roster["employee_id"], named["employee_id"]) | among(roster["email"].str.lower(), there["address"])
    # People outside scope are left as they are, at the address that they have there.
    kept = roster["employee_id"].map(there.set_index("employee_id")["email"]).astype("str").mask(roster["in_scope"])
    return pd.DataFrame(
        {
            "employee_id": roster["employee_id"],
            "manager_id": roster["manager_id"].fillna(beyond),
            "employment": roster["employment"],
            "eligible": roster["employment"].eq("active") & (roster["in_scope"] | here),
            "needs": roster["in_scope"] & roster["employment"].isin(["active", "leave"]),
            "email": kept.fillna(roster["email"]),
        }
    )


def _outsiders(roster: pd.DataFrame, named: pd.DataFrame, acknowledged: pd.DataFrame, absent_means: AbsentMeans) -> pd.DataFrame:
    """Those whom only the destination knows, or whose row was rejected: they approve unless their absence makes them leavers."""
    ours = among(named["employee_id"], roster["employee_id"]) | among(named["email"].str.lower(), roster["email"].str.lower())
    others = named[~ours]
    departed = among(others["employee_id"], acknowledged["employee_id"]) & (absent_means == "leaver")
    return pd.DataFrame(
        {
            "employee_id": others["employee_id"],
            "manager_id": pd.Series(np.nan, index=others.index, dtype="str"),
            "employment": departed.map({True: "left", False: "active"}).astype("str"),
            "eligible": ~departed,
            "needs": False,
            "email": others["email"],
        }
    )
