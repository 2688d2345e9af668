"""The dialect of one guide [S]: `policyMembers` read, put in and deleted, and `employees` inside `inputSettings`.

Belongs here: those jobs. Does not belong here: the wire (`sandbox.expensify`), the official employee updater (`sandbox.employees`).

The vendor's manual knows nothing of it, and nothing else found uses it [?]: it is served under the guide's own address only, and only when
that is switched on.
"""

from typing import Any


class Malformed(ValueError):
    """A job that lacks what it needs; the text is the answer's message."""


def get(state: dict[str, Any], caller: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Members by policy and address with their role, without pages [S]."""
    wanted = settings.get("policyIDList")
    if not isinstance(wanted, list):
        raise Malformed("Required parameter 'policyIDList' is missing")  # [D E1] of the policy getter
    seen = {name: state["policies"][name]["members"] for name in wanted if name in state["policies"]}
    # A policy that the caller is not in is left out [?].
    shown = {name: members for name, members in seen.items() if caller.lower() in members}
    return {"policyMembers": {name: {one["email"]: {"role": one["role"]} for one in members.values()} for name, members in shown.items()}}


def update(state: dict[str, Any], caller: str, settings: dict[str, Any]) -> None:
    """An upsert: whoever is not named stays [S]. With the action `delete` those named lose access at once [S].

    Raises:
        PermissionError: The caller is no admin of the policy [I].
        KeyError: There is no such policy.
    """
    policy = state["policies"][settings.get("policyID")]
    if policy["members"].get(caller.lower(), {}).get("role") != "admin":
        raise PermissionError
    people = settings.get("employees")
    if not isinstance(people, list) or not all(isinstance(one, dict) and "@" in str(one.get("email")) for one in people):
        raise Malformed("Argument 'employees' is missing or malformed")
    if settings.get("action") == "delete":
        kept = (caller.lower(), policy["owner"].lower())
        if any(one["email"].lower() in kept for one in people):
            raise Malformed("Policy owners and the calling account cannot be removed")  # [I], as the updater
        for one in people:
            policy["members"].pop(one["email"].lower(), None)  # who is not there: no error [?]
        return
    for one in people:
        _put(state, policy, settings["type"], one)


def _put(state: dict[str, Any], policy: dict[str, Any], kind: str, one: dict[str, Any]) -> None:
    key = one["email"].lower()
    if kind == "employees" and one.get("isTerminated") is True:
        policy["members"].pop(key, None)  # [S] out of the policy; the account stays. Open reports are not modelled
        return
    state["accounts"].setdefault(key, {"email": one["email"], "secondary": [], "primaryPolicy": None})
    member = policy["members"].setdefault(key, {"email": one["email"], "role": "user"})  # [S] `user` where none is given
    names = {"role": "role", "managerEmail": "submitsTo", "customField1": "customField1", "customField2": "customField2"}
    member |= {kept: one[name] for name, kept in names.items() if one.get(name)}
    member |= {name: one[name] for name in ("approvalLimit", "overLimitApprover") if one.get(name) is not None}
