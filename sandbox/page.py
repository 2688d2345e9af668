"""The sandbox's page for people: what is stored and what was called; and the same as JSON.

Belongs here: what the page shows. Does not belong here: its looks (`templates/index.html`).
"""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.box import Box

SHOWN_PEOPLE = 200
SHOWN_CALLS = 40
SHOWN_CODES = 20


def routes(box: Box) -> list[Route]:
    """The page at `/` and `/state.json`."""
    templates = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True)

    async def index(request: Request) -> Response:
        html = templates.get_template("index.html").render(_view(box.state))
        return HTMLResponse(html, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})

    async def state(request: Request) -> Response:
        return JSONResponse(_public(box.state))

    return [Route("/", index), Route("/state.json", state)]


def _public(state: dict[str, Any]) -> dict[str, Any]:
    """The state without secrets and tokens."""
    expensify = {name: part for name, part in state["expensify"].items() if name != "partners"}
    secret = ("clients", "tokens", "refresh_tokens", "sign_ins")
    findity = {name: part for name, part in state["findity"].items() if name not in secret}
    if "accounts" in findity:
        findity["accounts"] = {
            person: {name: value for name, value in account.items() if name != "password"}
            for person, account in findity["accounts"].items()
        }
    return state | {"expensify": expensify, "findity": findity}


def _view(state: dict[str, Any]) -> dict[str, Any]:
    expensify, findity = state["expensify"], state["findity"]
    policies = [
        {
            "id": policy_id,
            "name": policy["name"],
            "count": len(policy["members"]),
            "members": list(policy["members"].values())[:SHOWN_PEOPLE],
        }
        for policy_id, policy in expensify["policies"].items()
    ]
    organizations = [_organization(organization) for organization in findity["organizations"].values()]
    members = {key for policy in expensify["policies"].values() for key in policy["members"]}
    users = [user for organization in findity["organizations"].values() for user in organization["users"].values()]
    counts = [
        ("Expensify members", len(members)),
        ("Findity users", len(users)),
        ("of them active", sum(user["active"] for user in users)),
        ("invitation mails", len(findity["mails"])),
        ("calls that wrote", state["writes"]),
    ]
    calls = state["calls"][: -SHOWN_CALLS - 1 : -1]
    found = {"counts": counts, "policies": policies, "organizations": organizations, "calls": calls, "all_calls": len(state["calls"])}
    return found | {"codes": findity.get("codes", [])[: -SHOWN_CODES - 1 : -1]}


def _organization(organization: dict[str, Any]) -> dict[str, Any]:
    units = {unit["id"]: unit["name"] for unit in organization["units"]}
    names = {user["personId"]: f"{user['firstName']} {user['lastName']}" for user in organization["users"].values()}
    rows = [
        {
            "number": user["externalSourceId"],
            "name": f"{user['firstName']} {user['lastName']}",
            "email": user["email"],
            "unit": units.get(user.get("organizationalUnitId"), ""),
            "approvers": ", ".join(names.get(person, person) for person in user.get("approverIds", [])),
            "active": user["active"],
        }
        for user in list(organization["users"].values())[:SHOWN_PEOPLE]
    ]
    return {"key": organization["externalSourceId"], "name": organization["name"], "count": len(organization["users"]), "users": rows}
