"""The chain of approval as one destination sees it: HR's people, and those whom only the destination knows.

Belongs here: putting the input of ``roster.people.approvers`` together, and what is remembered of it from night to night. Does not belong
here: the resolution itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from roster.intake.employed import AHEAD
from roster.membership import among, looked_up
from roster.people import approvers
from roster.people.matching import pseudonyms
from roster.rules import unread_of
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
    links: pd.DataFrame | None = None
    """Everyone in the chain, in the form that `roster.people.approvers.Chart` takes; ``here`` says who had an active account there when
    it was drawn."""
    fallback: str | None = None
    """Who approves by the settings where a chain breaks off."""

    def nearest(self, wanted: pd.Series, ready: pd.Index) -> pd.Series:
        """Each of these people if they are `ready` and may approve, else the next one up who is (`roster.people.approvers.nearest`)."""
        assert self.links is not None, "a chain of a run has its links"  # noqa: S101
        return approvers.nearest(self.links, wanted, ready, self.fallback)

    def to_stored(self) -> dict[str, Any]:
        """As named frames, for storage: only what has to be asked again after a write needs it."""
        return {
            "chain_approvals": self.approvals,
            "chain_addresses": pd.DataFrame({"employee_id": self.addresses.index, "email": self.addresses.to_numpy()}, dtype="str"),
            "chain_able": pd.DataFrame({"employee_id": self.able}, dtype="str"),
            "chain_stand_ins": self.stand_ins,
            "chain_leave_to_vendor": self.leave_to_vendor,
            **({} if self.links is None else {"chain_links": self.links}),
            **({} if self.fallback is None else {"chain_fallback": self.fallback}),
        }

    @classmethod
    def from_stored(cls, value: Mapping[str, Any]) -> "Chain | None":
        """What `to_stored` made; None where there was none."""
        if "chain_approvals" not in value:
            return None
        addresses = value["chain_addresses"].set_index("employee_id")["email"]
        able = pd.Index(value["chain_able"]["employee_id"])
        leave, links = bool(value["chain_leave_to_vendor"]), value.get("chain_links")
        return cls(value["chain_approvals"], addresses, able, value["chain_stand_ins"], leave, links, value.get("chain_fallback"))

    @property
    def repairs(self) -> pd.DataFrame:
        """Everyone for whom HR's word, or that of the settings, could not be followed, in the form of `approvals`."""
        return pd.concat([self.approvals.dropna(subset="repair"), self.stand_ins], ignore_index=True)

    def approver_of(self, employee_ids: pd.Series) -> pd.Series:
        """Each person's approver by employee number, at the index of `employee_ids`."""
        return looked_up(employee_ids, self.approvals.set_index("employee_id")["approver_id"])

    def via(self, employee_ids: pd.Series) -> pd.Series:
        """The manager on leave through whom a destination that passes over them finds the same approver; missing where there is none."""
        return looked_up(employee_ids, self.approvals.set_index("employee_id")["via"])

    def address_of(self, names: pd.Series) -> pd.Series:
        """Addresses for employee numbers; what is an address already stays as it is, an unknown number is missing."""
        found, is_address = looked_up(names, self.addresses), names.str.contains("@", na=False)
        return found.mask(is_address, names).astype("str") if is_address.any() else found

    def may_approve(self, names: pd.Series) -> pd.Series:
        """Whether each named person (number or address) may approve; an address that nobody in the chain has may."""
        able = self.able.to_series()
        found, is_address = among(names, able), names.str.contains("@", na=False)
        if not is_address.any():
            return found
        unable = self.addresses[~among(self.addresses.index.to_series(), able)].str.lower()
        return found | (is_address & ~among(names.str.lower(), unable))


UNREADABLE: Final = " "
"""Stands for a manager whom HR names and nobody can make out: no employee number is a blank."""

_MANAGER: Final = r'"manager_id":"(?P<number>(?:[^"\\]|\\.)*)"'
"""Each person's manager, among what the ledger keeps of them (`roster.plan.write_only`)."""


def approval_chain(
    roster: pd.DataFrame,
    accounts: pd.DataFrame,
    acknowledged: pd.DataFrame,
    settings: Approvers,
    absent_means: AbsentMeans,
    key: bytes,
    *,
    staying: pd.Series | None = None,
    out: pd.Series | None = None,
) -> Chain:
    """Who approves for whom at one destination.

    A person outside scope approves only where they have an active account. Someone who is in no valid row (their row was rejected, or HR
    does not know them) but has an active account approves with the values last known there, unless their absence makes them a leaver: then
    the manager that they had last does.

    Args:
        roster: the roster frame, those outside scope included.
        accounts: the destination's people (`roster.people.matching.ACCOUNT_COLUMNS`), minus nobody: rejected people count.
        acknowledged: the ledger's rows of this destination.
        settings: top and fallback.
        absent_means: what absence from the file says.
        key: for pseudonyms.
        staying: employee numbers whose absence makes nobody a leaver, since a rejected row is theirs or may be.
        out: employee numbers of those who are not brought in there: they approve for nobody until they have an active account.

    Returns:
        The chain. An account without a number goes by its pseudonym in it.

    Raises:
        roster.people.approvers.NoApprover: Someone whom the settings name can neither approve nor be stood in for.
    """
    active = accounts[accounts["active"]]
    named = active.assign(employee_id=names_of(active, key)).drop_duplicates("employee_id")
    last = last_managers(acknowledged[~among(acknowledged["employee_id"], roster["employee_id"])])  # of whom HR's file has, it says more
    can_leave = acknowledged["employee_id"]
    if absent_means != "leaver":
        can_leave = can_leave.head(0)
    elif staying is not None:
        can_leave = can_leave[~among(can_leave, staying)]
    address = roster["email"].str.lower()
    insiders = _insiders(roster, named, address, key, out)
    outsiders = _outsiders(roster, named, address, can_leave, last)
    known = pd.concat([insiders["employee_id"], outsiders["employee_id"], _under_another_number(roster, named)])
    people = pd.concat([insiders, outsiders, _former(last[~among(last.index.to_series(), known).to_numpy()])], ignore_index=True)
    people[["manager_id", "current"]] = people[["manager_id", "current"]].astype("str")
    able = people.loc[people["eligible"], "employee_id"]
    links = people.drop(columns="email")
    chart = approvers.Chart.of(links)
    return Chain(
        approvals=approvers.resolve(chart, settings),
        addresses=people.set_index("employee_id")["email"],
        able=pd.Index(able),
        stand_ins=approvers.stand_ins(chart, settings),
        leave_to_vendor=settings.resolve_leave == "vendor",
        links=links,
        fallback=settings.fallback,
    )


def names_of(accounts: pd.DataFrame, key: bytes) -> pd.Series:
    """How the chain calls each account: by its number; by its pseudonym where it has none, or one that is an address."""
    number = accounts["number"]
    number = number.mask(number.str.contains("@", na=False))
    return number.fillna(pseudonyms(accounts["account"].where(number.isna()), key))


def last_managers(acknowledged: pd.DataFrame) -> pd.Series:
    """Employee number → the manager that HR gave them last, of whom the ledger knows one."""
    fields = pa.array(acknowledged.reindex(columns=["fields"])["fields"].astype("str").array, pa.large_string())
    quoted = pc.struct_field(pc.extract_regex(fields, _MANAGER), "number")
    found = pd.Series(pd.array(quoted, dtype="str"), index=pd.Index(acknowledged["employee_id"])).dropna()
    escaped = found.str.contains("\\", regex=False).to_numpy(bool)
    found.loc[escaped] = [json.loads(f'"{text}"') for text in found[escaped]]
    return found


def managers_to_remember(roster: pd.DataFrame, acknowledged: pd.DataFrame, last: pd.Series) -> pd.Series:
    """Employee number → the manager of each person in the roster as the ledger is to know it: HR's, if that is somebody, else the last one
    (`last_managers`).

    Who has no manager by HR's own word is not in it.
    """
    known = pd.concat([roster["employee_id"], acknowledged["employee_id"]])
    manager = roster["manager_id"].where(among(roster["manager_id"], known))
    given = roster["manager_id"].notna() | roster["manager_email"].notna() | is_unreadable(roster)
    manager = manager.fillna(looked_up(roster["employee_id"], last).where(given))
    return pd.Series(manager.to_numpy(), index=pd.Index(roster["employee_id"]), dtype="str").dropna()


def is_unreadable(roster: pd.DataFrame) -> pd.Series:
    """Of whom HR names a manager that could not be made out; a roster that was stored by an earlier version does not say."""
    return unread_of(roster, "manager_(?:id|email|name)")


def _under_another_number(roster: pd.DataFrame, named: pd.DataFrame) -> pd.Series:
    """The numbers in no row whose account's address somebody who is here has under a number that nobody has there. It may be theirs, typed
    wrong: they have not left for certain, and whoever names the former number as a manager keeps the approver of today."""
    new = roster["employment"].isin(["active", "leave"]) & ~among(roster["employee_id"], named["employee_id"])
    claimed = among(named["email"].str.lower(), roster.loc[new, "email"].str.lower())
    return named.loc[claimed & ~among(named["employee_id"], roster["employee_id"]), "employee_id"]


def _insiders(roster: pd.DataFrame, named: pd.DataFrame, address: pd.Series, key: bytes, out: pd.Series | None) -> pd.DataFrame:
    there = named.assign(address=named["email"].str.lower()).dropna(subset="address")
    by_address = there.drop_duplicates("address").set_index("address")
    manager = roster["manager_email"].str.lower()
    # A manager whom nobody knows is not the same as none: the pseudonym leads nowhere, and the link breaks off.
    beyond = looked_up(manager, by_address["employee_id"])
    beyond = beyond.fillna(pseudonyms(manager.where(beyond.isna()), key))
    beyond = beyond.mask(is_unreadable(roster) & beyond.isna(), UNREADABLE)
    by_number = among(roster["employee_id"], named["employee_id"])
    here = by_number | among(address, there["address"])
    # People outside scope are left as they are, at the address that they have there.
    kept = looked_up(roster["employee_id"], there.set_index("employee_id")["email"]).mask(roster["in_scope"])
    able = roster["employment"].eq("active") & (roster["in_scope"] | here)
    # By whoever belongs to another part alone nothing is approved here, and they have not left; nor is it before the first day.
    elsewhere, ahead = (roster.get(name, pd.Series(False, index=roster.index)).astype(bool) for name in ("elsewhere", AHEAD))
    able &= ~ahead
    if out is not None:
        able &= here | ~among(roster["employee_id"], out)
    account = looked_up(roster["employee_id"], named.set_index("employee_id")["account"])
    account = account.fillna(looked_up(address, by_address["account"]))
    return pd.DataFrame(
        {
            "employee_id": roster["employee_id"],
            "manager_id": roster["manager_id"].fillna(beyond),
            "employment": roster["employment"].mask(ahead, "pending").mask(elsewhere, "elsewhere"),
            "eligible": able,
            "needs": roster["in_scope"] & roster["employment"].isin(["active", "leave"]),
            "email": kept.fillna(roster["email"]),
            "current": _current(account, roster, named, address),
            "here": here,
        }
    )


def _current(account: pd.Series, roster: pd.DataFrame, named: pd.DataFrame, address: pd.Series) -> pd.Series:
    """Who approves at the destination today for each account, as the chain calls them; missing where nobody active does."""
    shown = named.reindex(columns=["approver"])["approver"]
    approver = looked_up(account, pd.Series(shown.to_numpy(), index=named["account"], dtype="str"))
    candidates = named[among(named["account"], approver.drop_duplicates())]  # of whom nobody names, none is called anything
    theirs = among(address, candidates["email"].str.lower())
    by_address = roster.loc[theirs, ["employee_id"]].assign(address=address).drop_duplicates("address")
    ours = among(candidates["employee_id"], roster["employee_id"])
    owner = looked_up(candidates["email"].str.lower(), by_address.set_index("address")["employee_id"])
    name = candidates["employee_id"].where(ours, owner.fillna(candidates["employee_id"]))
    return looked_up(approver, pd.Series(name.to_numpy(), index=candidates["account"], dtype="str"))


def _outsiders(roster: pd.DataFrame, named: pd.DataFrame, address: pd.Series, can_leave: pd.Series, last: pd.Series) -> pd.DataFrame:
    """Those whom only the destination knows, or whose row was rejected: they approve unless their absence makes them leavers."""
    ours = among(named["employee_id"], roster["employee_id"]) | among(named["email"].str.lower(), address)
    others = named[~ours]
    departed = among(others["employee_id"], can_leave)
    manager = looked_up(others["employee_id"], last).fillna(_current(others["account"], roster, named, address))
    return pd.DataFrame(
        {
            "employee_id": others["employee_id"],
            # Whoever stays approves: a manager of theirs would only close circles.
            "manager_id": manager.where(departed),
            "employment": departed.map({True: "left", False: "active"}).astype("str"),
            "eligible": ~departed,
            "needs": False,
            "email": others["email"],
            "current": pd.Series(np.nan, index=others.index, dtype="str"),
            "here": True,
        }
    )


def _former(last: pd.Series) -> pd.DataFrame:
    """Those who are known from earlier alone: the manager that they had approves for whoever reports to them still."""
    return pd.DataFrame(
        {
            "employee_id": last.index.astype("str"),
            "manager_id": last.to_numpy(),
            "employment": "left",
            "eligible": False,
            "needs": False,
            "email": pd.Series(np.nan, index=range(len(last)), dtype="str"),
            "current": pd.Series(np.nan, index=range(len(last)), dtype="str"),
            "here": False,
        }
    )
