"""Nights on end: what a plan writes is there on the next, until a plan writes nothing.

The destinations, as far as a plan can tell: records go in, what is read afterwards comes out.
"""

import json
from collections import defaultdict
from itertools import count

import pandas as pd

from destinations.findity import comparison as findity_comparison
from destinations.findity import records as findity
from tests.unit.roster.frames import KEY, members, sent, users


class _Members:
    """Who is in which policy, found by address and policy or by number: a soak has ten thousand of them."""

    def __init__(self, there):
        self.rows, self._by = {}, defaultdict(dict)
        for row in there.to_dict("records"):
            self.put(len(self.rows), {name: value for name, value in row.items() if not pd.isna(value)})

    def put(self, at, row):
        for name in self._keys(self.rows.pop(at, {})):
            del self._by[name][at]
        if row:
            self.rows[at] = row
            for name in self._keys(row):
                self._by[name][at] = row

    def of(self, *key):
        """Places, the first of them first."""
        return sorted(self._by[key])

    @staticmethod
    def _keys(row):
        return [(row["email"].lower(), row["policyID"]), (row.get("employeeID"),)] if row else []


def sent_to_expensify(there, plan):
    """The members after the plan's records were accepted."""
    shown = _Members(there)
    new = count(len(shown.rows))
    for record in sent(plan):
        address, number = record["employeeEmail"], record["employeeID"]
        if record.get("isTerminated") == "true":
            for at in shown.of(address.lower(), record["policyID"]):
                shown.put(at, {})
            continue
        for at in shown.of(number):
            shown.put(at, {**shown.rows[at], "email": address})
        for policy in [record["policyID"], *json.loads(record.get("additionalPolicyIDs", "[]"))]:
            at = next(iter(shown.of(address.lower(), policy)), None)
            mine = {"policyID": policy, "email": address, "role": "user"} if at is None else shown.rows[at]
            told = {name: record[name] for name in ("role", "customField1", "customField2") if name in record}
            shown.put(next(new) if at is None else at, {**mine, "employeeID": number, "submitsTo": record["managerEmail"], **told})
    return members(*(shown.rows[at] for at in sorted(shown.rows)))


def sent_to_findity(there, plan):
    """The users after the plan's records were accepted, approvers last."""
    rows = {row["externalSourceId"]: row for row in there.to_dict("records") if not pd.isna(row["externalSourceId"])}
    others = [row for row in there.to_dict("records") if pd.isna(row["externalSourceId"])]
    for record in sent(plan):
        key = record["externalSourceId"]
        fresh = {"id": f"i{key}", "personId": f"p{key}", "approverIds": "[]"}
        changed = {name: value for name, value in record.items() if name in findity.FIELDS and name not in ("approverIds", "active")}
        rows[key] = {**rows.get(key, fresh), **changed, "active": record["active"] == "true"}
    after = users(*rows.values(), *others)
    numbers = plan.people[["employee_id", "account"]].dropna(subset="employee_id")
    written = numbers["employee_id"].map(findity_comparison.addressed(plan.records)).astype("str")
    pairs = numbers.assign(account=numbers["account"].fillna(written)).dropna(subset="account")
    ids = {name: number for number, name in findity_comparison.person_names(after, pairs, KEY).items()}
    for record in sent(plan):
        if "approverIds" in record and (assigned := findity_comparison.as_person_ids(record["approverIds"], ids)):
            rows[record["externalSourceId"]]["approverIds"] = assigned
    return users(*rows.values(), *others)


def remembered(night, plan, told):
    """The ledger after everything that was sent was accepted; of what is held it learns nothing."""
    told = told[~told["employee_id"].isin(plan.people.loc[plan.people["action"].eq("hold"), "employee_id"])]
    kept = night.acknowledged[~night.acknowledged["employee_id"].isin(told["employee_id"])]
    return pd.concat([kept, told], ignore_index=True)


def nights(night, there, how, apply, **more):
    """Plans and applies until a plan writes nothing; the plans, and what is there in the end."""
    plans = []
    while not plans or plans[-1].records["apply"].any():
        assert len(plans) < 4
        plan, told = how(night)(there, **more)
        there, night.acknowledged = apply(there, plan), remembered(night, plan, told)
        plans.append(plan)
    return plans, there


def at_expensify(night, there):
    return nights(night, there, lambda night: night.expensify, sent_to_expensify)


def at_findity(night, there, **more):
    return nights(night, there, lambda night: night.findity, sent_to_findity, **more)


def fields(plan, number):
    return set(plan.changes.loc[plan.changes["person"].eq(number), "field"])
