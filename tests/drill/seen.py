"""What the sandbox holds of each person, by employee number, and in what two of its states differ.

Belongs here: reading the sandbox's own state. Does not belong here: anything that Rollcall says of itself.
"""

from typing import Any

Person = dict[str, Any]
People = dict[str, Person]

ACTIVE = "active"


def people(state: dict[str, Any]) -> dict[str, People]:
    """Destination → employee number → fields in plain form. An account without a number goes by its address. Companies that are
    drilled together have numbers of their own, at whatever organization of Findity they are."""
    findity: People = {}
    for organization in state["findity"]["organizations"].values():
        findity |= _findity(organization)
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


def difference(before: People, after: People) -> dict[str, Any]:
    """Who came, who came back, who went, and what else changed of whom.

    Returns:
        ``joined`` (a new account), ``back`` (one that was there and inactive), ``left``: numbers; ``changed``: number → field → value.
    """
    parts: dict[str, Any] = {"joined": [], "back": [], "left": [], "changed": {}}
    for number in sorted(before.keys() | after.keys()):
        old, new = before.get(number), after.get(number, {})
        if old is None:
            parts["joined"].append(number)
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
        if person[ACTIVE] and not all(findity.get(approver, {}).get(ACTIVE) for approver in person["approverIds"])
    ]
    return sorted(set(lost))
