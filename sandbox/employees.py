"""Expensify's advanced employee updater: what a feed of employee records does to policies and accounts.

Belongs here: the rules of that one job. Does not belong here: the wire (`sandbox.expensify`) and the check of a single record
(`sandbox.employee_record`).

State: `policies[id]` holds owner and `members` by lower-case address; `accounts` by lower-case address of the primary login, with
`secondary` logins; `identities` maps "owner|employeeID" to an account. That an employeeID is unique among the policies of one owner is
[I]: the documents say unique, not within what.
"""

import copy
import json
from typing import Any

from sandbox.employee_record import cleared, fault_of, text
from sandbox.switches import Switches

COPIED = ("customField2", "approvalLimit", "defaultTags")


def records_of(data: str | None) -> list[dict[str, Any]]:
    """The records of a feed.

    Raises:
        ValueError: where there are none or they are no list of objects.
    """
    feed = json.loads(data or "")
    # [D E1] a bare array since April 2025; before that, and in [S], an object with "Employees". That both work today, and that the
    # key's case counts, is [I].
    records = feed.get("Employees") if isinstance(feed, dict) else feed
    if not isinstance(records, list) or not records or not all(isinstance(record, dict) for record in records):
        raise ValueError("no employee records")
    return records


class EmployeeUpdate:
    """One run of the job."""

    def __init__(
        self,
        state: dict[str, Any],
        switches: Switches,
        caller: str,
        *,
        dry_run: bool,
        fix_chains: bool,
        primary: str,
        first_level_only: bool = False,
    ) -> None:
        self.state = copy.deepcopy(state) if dry_run else state  # [D E1] a dry run answers the same and changes nothing
        self.policies: dict[str, Any] = self.state["policies"]
        self.accounts: dict[str, Any] = self.state["accounts"]
        self.identities: dict[str, str] = self.state["identities"]
        self.logins: dict[str, str] = {login: key for key, account in self.accounts.items() for login in (key, *account["secondary"])}
        self.switches, self.caller, self.dry_run, self.fix_chains, self.primary = switches, caller.lower(), dry_run, fix_chains, primary
        self.first_level_only = first_level_only
        self.added: dict[str, list[str]] = {}
        self.removed: dict[str, list[str]] = {}
        self.skipped: list[dict[str, Any]] = []
        self.on_leave: dict[str, str] = {}
        self.manager_of: dict[str, str] = {}

    def run(self, records: list[dict[str, Any]], refused: dict[str, str]) -> dict[str, Any]:
        """Apply the records and give the job's answer."""
        accepted = []
        for record in records:
            reason = (
                refused.get(str(record.get("employeeID")))
                or fault_of(record, self.policies, self.switches.expensify_clears)
                or self._protected(record)
            )
            if reason is None:
                accepted.append(record)
            elif self.switches.expensify_invalid_record == "reject":
                return {"responseCode": 410, "responseMessage": reason}  # [D E1] 410 for invalid input data
            else:
                self.skipped.append({"email": text(record.get("employeeEmail")), "reason": reason})  # [D E1] under responseCode 200
        for record in accepted:
            self._identify(record)
        self._read_managers(accepted)
        for record in accepted:
            self._apply(record)
        for record in accepted:
            self._fix_chain(record)
        self._leave_unassigned(accepted)
        return self._answer(records, accepted)

    # --- who the record is about

    def _key(self, address: str) -> str:
        """The account's key for any of its logins, created if there is none."""
        key: str = self.logins.get(address.lower(), address.lower())
        if key not in self.accounts:
            self.accounts[key] = {"email": address, "secondary": [], "primaryPolicy": None}
            self.logins[key] = key
        return key

    def _identify(self, record: dict[str, Any]) -> None:
        owner = self.policies[record["policyID"]]["owner"].lower()
        identity = f"{owner}|{record['employeeID']}"
        address = record["employeeEmail"]
        before = self.identities.get(identity)
        if before is not None and before != address.lower():
            # [D E1] same employeeID, other address: the new one becomes the primary login, the old one a secondary login.
            self._rename(before, address)
        self.identities[identity] = self._key(address)

    def _rename(self, old: str, address: str) -> None:
        new = address.lower()
        account = self.accounts.pop(old)
        other = self.accounts.pop(self.logins.get(new, new), None)  # [D E1] two accounts are merged
        account["secondary"] = sorted({old, *account["secondary"], *(other["secondary"] if other else ())} - {new})
        account["email"] = address
        self.accounts[new] = account
        removed = {old, self.logins.get(new, new)} - {new}
        self.logins |= dict.fromkeys((new, *account["secondary"]), new)
        for identity, key in self.identities.items():
            if key in removed:
                self.identities[identity] = new
        for policy in self.policies.values():
            if policy["owner"].lower() in removed:
                policy["owner"] = address
            members = policy["members"]
            moved = [members.pop(key) for key in (old, *removed) if key in members]
            if moved:
                members[new] = moved[0] | members.get(new, {}) | {"email": address}
            for member in members.values():  # others who submitted to the old login now show the new one [I]
                for field in ("submitsTo", "approvesTo", "overLimitApprover"):
                    if str(member.get(field)).lower() in removed:
                        member[field] = address

    def _protected(self, record: dict[str, Any]) -> str | None:
        policy = self.policies[record["policyID"]]
        address = record["employeeEmail"].lower()
        key = self.logins.get(address, address)
        if key not in (self.caller, policy["owner"].lower()):
            return None
        if str(record.get("isTerminated")).lower() == "true":
            return "Policy owners and the calling account cannot be removed"  # [I]
        # [D E1] "cannot have their role demoted from admin"; how that is told: [?]
        lowered = record.get("role") in ("user", "auditor")
        return "Cannot demote the policy owner or the calling account" if lowered and self.switches.expensify_demotion == "skip" else None

    # --- managers

    def _read_managers(self, accepted: list[dict[str, Any]]) -> None:
        for record in accepted:
            key = self._key(record["employeeEmail"])
            self.manager_of[key] = record["managerEmail"]
            if record.get("workerStatus") == "On Leave":  # [D E1] exactly this text
                self.on_leave[key] = record["managerEmail"]

    def _manager(self, address: str) -> str:
        """The address that a person submits to when the feed names this one."""
        seen: set[str] = set()
        while (key := self._key(address)) in self.on_leave and key not in seen:
            # [D E1] someone on leave is nobody's manager, their own manager takes the place. Several in a row: walk up [I].
            seen.add(key)
            address = self.on_leave[key]
        account = self.accounts[key]
        return account["email"] if address.lower() != key else address  # a secondary login stands for the account [I]

    def _fix_chain(self, record: dict[str, Any]) -> None:
        """Invite managers, and theirs, where they approve."""
        if not self.fix_chains or _terminated(record):  # [D E1] default true
            return
        for policy_id in _assigned(record):
            members = self.policies[policy_id]["members"]
            address, seen = self._manager(record["managerEmail"]), set[str]()
            while (key := self._key(address)) not in seen:
                seen.add(key)
                above = self._manager(self.manager_of.get(key) or self._stored_manager(key) or address)
                if key not in members and self.accounts[key]["primaryPolicy"] != policy_id:  # [D E1] "if it is not their primary policy"
                    # The invited member carries no employeeID here [I]: the feed said nothing about them for this policy.
                    self._join(policy_id, address, {"submitsTo": above})
                if self.first_level_only:  # [2] two clients' fixFirstLevelManagersOnly: not further up; not in the vendor's reference
                    break
                address = above

    def _stored_manager(self, key: str) -> str | None:
        return next((policy["members"][key].get("submitsTo") for policy in self.policies.values() if key in policy["members"]), None)

    # --- members

    def _join(self, policy_id: str, address: str, fields: dict[str, Any]) -> bool:
        members, key = self.policies[policy_id]["members"], self._key(address)
        new = key not in members
        if new:
            members[key] = {"email": self.accounts[key]["email"], "role": "user"}  # [S] role user where none is given
            self.added.setdefault(policy_id, []).append(self.accounts[key]["email"])
        members[key].update(fields)
        return new

    def _quit(self, policy_id: str, key: str) -> None:
        if member := self.policies[policy_id]["members"].pop(key, None):
            self.removed.setdefault(policy_id, []).append(member["email"])

    def _apply(self, record: dict[str, Any]) -> None:
        key = self._key(record["employeeEmail"])
        if _terminated(record):
            self._quit(record["policyID"], key)  # [D E1] from that record's policy only; open reports are not modelled
            return
        account = self.accounts[key]
        if not account.get("named_by_user"):  # [D E1] names never overwrite what the person has set
            account.update({name: record[name] for name in ("firstName", "lastName") if record.get(name)})
        joined = {policy_id: self._join(policy_id, record["employeeEmail"], self._fields(record, key)) for policy_id in _assigned(record)}
        for name in cleared(record, self.switches.expensify_clears):
            for policy_id in joined:
                self.policies[policy_id]["members"][key].pop(name, None)
            account.pop(name, None)
        for policy_id in joined:
            self.policies[policy_id]["members"][key].setdefault("customField1", record["employeeID"])
        if self.primary == "all_employees" or (self.primary == "new_employees" and joined[record["policyID"]]):  # [D E1]
            account["primaryPolicy"] = record["policyID"]

    def _fields(self, record: dict[str, Any], key: str) -> dict[str, Any]:
        away = cleared(record, self.switches.expensify_clears)
        fields = {name: record[name] for name in COPIED if record.get(name) is not None and name not in away}
        fields |= {"employeeID": record["employeeID"], "submitsTo": self._manager(record["managerEmail"])}
        custom = record.get("customField1")
        if custom or self.switches.expensify_refill_custom_field1:
            fields["customField1"] = custom or record["employeeID"]  # [D E1] filled by the employeeID unless another value is passed
        if over := record.get("overLimitApprover") or record.get("limitApprover"):  # [D E1] an alias
            fields["overLimitApprover"] = over
        if "@" in str(record.get("approvesTo")):  # [D E1] "if a valid email address is passed"
            fields["approvesTo"] = record["approvesTo"]
        owner = self.policies[record["policyID"]]["owner"].lower()
        if record.get("role") and key not in (owner, self.caller):
            fields["role"] = record["role"]
        return fields

    def _leave_unassigned(self, accepted: list[dict[str, Any]]) -> None:
        asking = [record for record in accepted if record.get("shouldRemoveFromUnassignedPolicies")]  # [D E1] default false
        assigned: dict[str, set[str]] = {}
        for record in accepted if asking else ():
            assigned.setdefault(self._key(record["employeeEmail"]), set()).update(_assigned(record))
        for policy_id, policy in self.policies.items() if asking else ():
            # [D E1] or assigned "by being someone's managerEmail": read as someone else of that policy submits to them [I].
            submits = {key: self._key(member["submitsTo"]) for key, member in policy["members"].items() if member.get("submitsTo")}
            managers = {manager for key, manager in submits.items() if manager != key}
            for record in asking:
                key, owner = self._key(record["employeeEmail"]), self.policies[record["policyID"]]["owner"].lower()
                mine = policy["owner"].lower() == owner and key not in (owner, self.caller)
                if mine and policy_id not in assigned[key] and key not in managers:
                    self._quit(policy_id, key)

    def _groups(self, records: list[dict[str, Any]], accepted: list[dict[str, Any]]) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        # [D E1] groups are assigned only if every record has one; one missing and nobody is assigned.
        if all(record.get("domainGroupID") for record in records):
            for record in accepted:
                groups.setdefault(record["domainGroupID"], []).append(record["employeeEmail"])
                self.accounts[self._key(record["employeeEmail"])]["domainGroupID"] = record["domainGroupID"]
        return groups

    def _answer(self, records: list[dict[str, Any]], accepted: list[dict[str, Any]]) -> dict[str, Any]:
        sparse = self.switches.expensify_blocks == "sparse"
        diff = {"diffToAdd": self.added, "diffToRemove": self.removed}
        blocks: dict[str, Any] = {
            "diff": {name: part for name, part in diff.items() if part or not sparse},
            "securityGroupEmployeesMap": self._groups(records, accepted),
            "skippedEmployees": self.skipped,
        }
        # [D E1] the keys. That the count is of people accepted, changed or not: [I]
        answer = {"responseCode": 200, "dry-run": self.dry_run}
        answer["updatedEmployeesCount"] = len({record["employeeEmail"].lower() for record in accepted})
        return answer | {name: block for name, block in blocks.items() if block or not sparse}


def _terminated(record: dict[str, Any]) -> bool:
    # [D E1] a boolean; the vendor's help site sends the text "false" [D E2], so both are read.
    return str(record.get("isTerminated")).lower() == "true"


def _assigned(record: dict[str, Any]) -> list[str]:
    # [D E1] additionalPolicyIDs add, never remove; that the whole record counts for each of them is [I].
    return [] if _terminated(record) else list(dict.fromkeys([record["policyID"], *(record.get("additionalPolicyIDs") or [])]))
