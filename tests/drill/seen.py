"""What the sandbox holds of each person, by employee number, and in what two of its states differ.

Belongs here: reading the sandbox's own state. Does not belong here: anything that Rollcall says of itself.
"""

from typing import Any

Person = dict[str, Any]
People = dict[str, Person]

ACTIVE = "active"


def people(state: dict[str, Any], *, apart: bool = False) -> dict[str, People]:
    """Destination → employee number → fields in plain form. An account without a number goes by its address. Companies that are
    drilled together have numbers of their own, at whatever organization of Findity they are. With `apart` a person of Findity is
    ``NUMBER@ORGANIZATION``: a company in several may have somebody in each."""
    findity: People = {}
    for word, organization in state["findity"]["organizations"].items():
        there = _findity(organization)
        findity |= {f"{number}@{word}": user for number, user in there.items()} if apart else there
    return {"expensify": _expensify(state["expensify"]), "findity": findity}


def _expensify(state: dict[str, Any]) -> People:
    numbers = {key: identity.partition("|")[2] for identity, key in state["identities"].items()}
    found = {}
    for key, account in state["accounts"].items():
        there = {policy["name"]: policy["members"][key] for policy in state["policies"].values() if key in policy["members"]}
        # Of several policies the last by this order tells: a person's own, since a further one keeps what it was given when they left it.
        own = {name: value for _, member in sorted(there.items(), reverse=True) if "employeeID" in member for name, value in member.items()}
        fields = {**account, **own, "policies": sorted(there), ACTIVE: bool(there)}
        for name in ("submitsTo", "approvesTo", "overLimitApprover"):
            if name in fields:
                fields[name] = numbers.get(str(fields[name]).lower(), fields[name])
        found[numbers.get(key, key)] = fields
    return found


def _findity(organization: dict[str, Any]) -> People:
    units = {unit["id"]: unit["name"] for unit in organization["units"]}
    names = {user["personId"]: key for key, user in organization["users"].items()}
    found = {}
    for key, user in organization["users"].items():
        unit = user.get("organizationalUnitId")
        approvers = [names.get(person, person) for person in user.get("approverIds", [])]
        found[key] = {**user, "organizationalUnitId": units.get(unit, unit), "approverIds": approvers}
    return found


def things(state: dict[str, Any]) -> dict[str, Any]:
    """What Findity holds that is no person, under the keys of a plan: a unit → the one above it, a value → its name, who approves for a
    value or a unit → their numbers in order."""
    found: dict[str, Any] = {}
    for organization in state["findity"]["organizations"].values():
        names = {user["personId"]: number for number, user in organization["users"].items()}
        units = {unit["id"]: unit["name"] for unit in organization["units"]}
        for unit in organization["units"]:
            found[f"unit/{unit['name']}"] = units.get(unit["parentId"])
            if unit.get("approvers"):
                found[f"approvers/unit/{unit['name']}"] = _in_order(unit["approvers"], names)
        for key, values in organization.get("dimensionValues", {}).items():
            found |= {f"value/{key}/{one['externalSourceId']}": one["name"] for one in values}
        for key, rows in organization.get("dimensionApprovers", {}).items():
            for value in {one["value"] for one in rows}:
                found[f"approvers/{key}/{value}"] = _in_order([one for one in rows if one["value"] == value], names)
    return found


def _in_order(rows: list[dict[str, Any]], names: dict[str, str]) -> list[str]:
    return [names.get(one["personId"], "nobody") for one in sorted(rows, key=lambda one: one["sortOrder"])]


def difference(before: People, after: People) -> dict[str, Any]:
    """Who came, who came back, who went, and what else changed of whom.

    Returns:
        ``joined`` (a new account), ``back`` (one that was there and inactive), ``left``, ``deleted`` (an inactive one that is not there any
        more): numbers; ``changed``: number → field → value.
    """
    parts: dict[str, Any] = {"joined": [], "back": [], "left": [], "deleted": [], "changed": {}}
    for number in sorted(before.keys() | after.keys()):
        old, new = before.get(number), after.get(number, {})
        if old is None:
            parts["joined"].append(number)
            continue
        if number not in after and not old[ACTIVE]:
            parts["deleted"].append(number)
            continue
        if old[ACTIVE] and not new.get(ACTIVE):
            parts["left"].append(number)
            continue
        back = not old[ACTIVE] and new.get(ACTIVE)
        if back:
            parts["back"].append(number)
        # Of who comes back only what was there meanwhile is compared: what a policy holds of a member goes with the membership.
        names = old.keys() - {"policies"} if back else old.keys() | new.keys()
        fields = {name: new.get(name) for name in sorted(names - {ACTIVE}) if old.get(name) != new.get(name)}
        if fields:
            parts["changed"][number] = fields
    return parts


def without_approver(found: dict[str, People]) -> list[str]:
    """The active people whose approver is not active there."""
    expensify, findity = found["expensify"], found["findity"]
    lost = [
        number
        for number, person in expensify.items()
        if person[ACTIVE] and "submitsTo" in person and not expensify.get(person["submitsTo"], {}).get(ACTIVE)
    ]
    lost += [
        number
        for number, person in findity.items()
        if person[ACTIVE] and not all(_at(findity, number, approver).get(ACTIVE) for approver in person["approverIds"])
    ]
    return sorted(set(lost))


def _at(findity: People, number: str, approver: str) -> Person:
    """The approver, in the organization in which the person is."""
    _, between, organization = number.partition("@")
    return findity.get(f"{approver}{between}{organization}") or findity.get(approver, {})


def without_approver_by_values(findity: People, there: dict[str, Any]) -> list[str]:
    """The active people of whom a value that they are preset to has somebody who approves, and the first of these is not active."""
    lost = []
    for number, person in findity.items():
        keys = [f"approvers/{one['dimensionExternalSourceId']}/{one['dimensionValueId']}" for one in person.get("dimensionPresets", [])]
        first = [there[key][0] for key in keys if person[ACTIVE] and key in there]
        lost += [number for one in first if not _at(findity, number, one).get(ACTIVE)]
    return sorted(set(lost))
