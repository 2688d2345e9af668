"""What is in the sandbox at the start: the demo's two fictional companies, and how a seed becomes the stored state.

Belongs here: the seed's shape and the demo's content. Does not belong here: rules of the two APIs.

A seed is a state written short: policies with a list of `members`, organisations with `units` and a list of `users`; identifiers that
Findity gives out are made where the seed has none.
"""

import hashlib
from typing import Any

ADMIN = "expenses-admin@acme.example"
POLICIES = {
    "5E00000000000001": "ACME-SE",
    "4E00000000000002": "ACME-NO",
    "DE00000000000003": "ACME-DK",
    "F100000000000004": "ACME-FI",
    "6E00000000000005": "ACME-DE",
    "7A00000000000006": "Travel",
}
CURRENCIES = {"ACME-SE": "SEK", "ACME-NO": "NOK", "ACME-DK": "DKK"}
ACME_UNITS = ("Sales", "Marketing", "Engineering", "Finance", "People", "Operations", "Customer Success", "Legal")
COST_CENTERS = {
    f"{number}-{country}": f"{what} {country}"
    for number, what in {
        "4100": "Sales", "4200": "Marketing", "4300": "Customer success", "5100": "Engineering",
        "6100": "Finance", "6200": "People", "6300": "Legal", "7100": "Operations",
    }.items()
    for country in ("SE", "NO", "DK", "FI", "DE")
}  # fmt: skip
ADVENTUREWORKS_UNITS = (
    *("Document Control", "Engineering", "Executive", "Facilities and Maintenance", "Finance", "Human Resources", "Information Services"),
    *("Marketing", "Production", "Production Control", "Purchasing", "Quality Assurance", "Research and Development", "Sales"),
    *("Shipping and Receiving", "Tool Design"),
)


def _member(address: str, role: str = "user") -> dict[str, str]:
    return {"email": address, "role": role, "submitsTo": ADMIN}


def _units(root: str, names: tuple[str, ...]) -> list[dict[str, str | None]]:
    units: list[dict[str, str | None]] = [{"name": root, "externalSourceId": root.upper(), "parentId": None}]
    units += [{"name": name, "externalSourceId": name.upper().replace(" ", "-"), "parentId": root} for name in names]
    return units


def _dimension(key: str, name: str, values: dict[str, str]) -> dict[str, Any]:
    """A dimension as the reading of an organization shows it: a list that fills itself from the employee."""
    own = {"externalSourceId": key, "name": name, "level": "EXPENSE", "controlType": "list", "presetLocation": "EMPLOYEE"}
    rows = [{"id": _opaque(key, value)[:12], "externalSourceId": value, "name": called} for value, called in values.items()]
    return {"customDimensions": [{"id": _opaque(key)[:12], **own}], "dimensionValues": {key: rows}}


def demo() -> dict[str, Any]:
    """The two companies of the demo: acme, and adventureworks after Microsoft's sample. No employees yet, only strangers."""
    policies: dict[str, dict[str, Any]] = {
        policy_id: {"name": name, "owner": ADMIN, "outputCurrency": CURRENCIES.get(name, "EUR"), "members": [_member(ADMIN, "admin")]}
        for policy_id, name in POLICIES.items()
    }
    # A stranger: an auditor whom someone at acme invited by hand, unknown to HR.
    policies["5E00000000000001"]["members"].append(_member("auditor@revision.example", "auditor"))
    owner = "expenses-admin@adventure-works.com"
    policies["AD00000000000001"] = {
        "name": "Adventure Works",
        "owner": owner,
        "outputCurrency": "USD",
        "members": [_member(owner, "admin"), _member(ADMIN, "admin")],
    }
    consultant = {"externalSourceId": "consultant-1", "firstName": "Runa", "lastName": "Bokholt", "email": "runa@bokholt.example"}
    return {
        "expensify": {"partners": {"aa_demo_partner": {"secret": "demo-secret", "email": ADMIN}}, "policies": policies},
        "findity": {
            "clients": {"demo-client": {"secret": "demo-findity-secret", "organizations": ["acme", "adventureworks"]}},
            "capabilities": {"runa@bokholt.example": {"canImpersonate": True, "canViewAdmin": True}},
            "organizations": {
                "acme": {"name": "ACME", "units": _units("ACME", ACME_UNITS), "users": [consultant | {"role": "Consultant"}]}
                | _dimension("COST_CENTER", "Cost center", COST_CENTERS),
                "adventureworks": {"name": "Adventure Works", "units": _units("Adventure Works", ADVENTUREWORKS_UNITS), "users": []},
            },
        },
    }


def state_from(seed: dict[str, Any]) -> dict[str, Any]:
    """The stored state that a seed stands for."""
    expensify, findity = seed.get("expensify", {}), seed.get("findity", {})
    organizations = {key: _organization(key, organization) for key, organization in findity.get("organizations", {}).items()}
    persons = {user["email"].lower(): user["personId"] for one in organizations.values() for user in one["users"].values()}
    return {
        "expensify": _expensify(expensify),
        "findity": {"clients": findity.get("clients", {}), "organizations": organizations, "persons": persons}
        | {"capabilities": {address.lower(): given for address, given in findity.get("capabilities", {}).items()}}
        | {"tokens": {}, "refresh_tokens": {}, "mails": [], "deletions": []},
    }


def _expensify(seed: dict[str, Any]) -> dict[str, Any]:
    policies, accounts, identities = {}, {}, {}
    for policy_id, policy in seed.get("policies", {}).items():
        members = {member["email"].lower(): {"role": "user"} | member for member in policy.get("members", [])}
        policies[policy_id] = {"type": "corporate", "outputCurrency": "EUR"} | policy | {"members": members}
        for key, member in members.items():
            accounts[key] = {"email": member["email"], "secondary": [], "primaryPolicy": None}
            if "employeeID" in member:
                identities[f"{policy['owner'].lower()}|{member['employeeID']}"] = key
    for address, given in seed.get("accounts", {}).items():
        accounts.setdefault(address.lower(), {"email": address, "secondary": [], "primaryPolicy": None}).update(given)
    return {"partners": seed.get("partners", {}), "policies": policies, "accounts": accounts, "identities": identities}


def _organization(key: str, seed: dict[str, Any]) -> dict[str, Any]:
    """Units get ids; in a seed a `parentId` may be the name of a unit. Users get ids, a personId and `active`."""
    units = [{"id": f"unit-{_opaque(key, unit['name'])[:12]}", "externalSourceId": unit["name"]} | unit for unit in seed.get("units", [])]
    ids = {unit["name"]: unit["id"] for unit in units}
    for unit in units:
        unit["parentId"] = ids.get(unit.get("parentId"), unit.get("parentId"))
    users = {}
    for user in seed.get("users", []):
        made = {"id": _opaque(key, user["externalSourceId"]), "personId": _opaque("person", user["email"].lower())}
        users[user["externalSourceId"]] = made | {"active": True, "approverIds": []} | user
    about = {"id": _opaque("organization", key), "externalSourceId": key, "name": key}
    return about | seed | {"units": units, "users": users}


def _opaque(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]
