"""Plain HTTP callers for the sandbox, written after the vendors' examples and not after our clients."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sandbox.server import Sandbox

SE = "5E00000000000001"
HTTP = httpx.Client()  # one for all: what it costs to make one is its TLS context


class Expensify:
    """Sends jobs as the vendor's examples do."""

    def __init__(self, box: Sandbox) -> None:
        self.url = box.expensify_url
        self.credentials = {"partnerUserID": "aa_demo_partner", "partnerUserSecret": "demo-secret"}

    def post(self, job: dict[str, Any], **fields: str) -> httpx.Response:
        return HTTP.post(self.url, data={"requestJobDescription": json.dumps({"credentials": self.credentials} | job)} | fields)

    def update(self, *records: dict[str, Any], root: Any = None, **job: Any) -> dict[str, Any]:
        settings = {"type": "update", "dataSource": "request", "inputSettings": {"type": "employees", "entity": "generic"}}
        return self.post(settings | job, data=json.dumps(root or list(records))).json()

    def members(self, policy: str = SE) -> dict[str, dict[str, str]]:
        settings = {"type": "policy", "policyIDList": [policy], "fields": ["employees"]}
        answer = self.post({"type": "get", "inputSettings": settings}).json()
        return {member["email"]: member for member in answer["policyInfo"][policy]["employees"]}


class Findity:
    """Calls the Admin API with a fresh token."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.base = f"{box.findity_url}/organizations/externalid/acme"
        self.tokens = self.token(grant_type="client_credentials", client_secret="demo-findity-secret").json()
        self.headers = {"Authorization": f"Bearer {self.tokens['access_token']}", "X-Findity-ApiVersion": "3"}

    def token(self, **form: str) -> httpx.Response:
        return HTTP.post(self.box.findity_token_url, data={"client_id": "demo-client"} | form)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return HTTP.get(self.base + path, headers=self.headers, params=query)

    def put(self, *users: dict[str, Any], **query: str) -> httpx.Response:
        return HTTP.put(self.base + "/users/", headers=self.headers, params=query, json=list(users))

    def user(self, number: str) -> dict[str, Any]:
        return self.get(f"/users/externalid/{number}/").json()


class Me:
    """A person, signed in as RFC 6749 and 7636 describe it."""

    verifier = "v" * 43
    client = "demo-user-client"
    redirect = "http://127.0.0.1:9/"

    def __init__(self, box: Sandbox, person: str) -> None:
        self.box, self.person = box, person
        answer = self.authorize()
        self.code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        self.tokens = self.token(
            grant_type="authorization_code", code=self.code, redirect_uri=self.redirect, code_verifier=self.verifier
        ).json()
        self.headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def authorize(self, **other: str) -> httpx.Response:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {"response_type": "code", "client_id": self.client, "redirect_uri": self.redirect, "state": "s", "as": self.person}
        return HTTP.get(
            self.box.findity_authorize_url, params=asked | {"code_challenge": challenge, "code_challenge_method": "S256"} | other
        )

    def token(self, **form: str) -> httpx.Response:
        return HTTP.post(self.box.findity_token_url, data={"client_id": self.client} | form)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return HTTP.request(method, self.box.findity_expense_url + path, headers=self.headers, params=query, json=body)

    def last_code(self) -> str:
        return self.box.state["findity"]["codes"][-1]["code"]


@pytest.fixture
def signed_in(box: Sandbox) -> Callable[[str], Me]:
    """Somebody of whom the sandbox has a user, by their address."""
    return lambda address: Me(box, box.state["findity"]["persons"][address])


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        yield running


@pytest.fixture
def expensify(box: Sandbox) -> Expensify:
    return Expensify(box)


@pytest.fixture
def findity(box: Sandbox) -> Findity:
    return Findity(box)


@pytest.fixture
def person() -> Any:
    """A record with Expensify's required fields."""

    def make(number: str, manager: str = "boss", policy: str = SE, **fields: Any) -> dict[str, Any]:
        name = fields.pop("name", number.lower())
        addresses = {"employeeEmail": f"{name}@acme.example", "managerEmail": f"{manager}@acme.example"}
        return addresses | {"employeeID": number, "policyID": policy} | fields

    return make


@pytest.fixture
def user() -> Any:
    """A user with the fields that Findity needs for a creation."""

    def make(number: str, **fields: Any) -> dict[str, Any]:
        needed = {"firstName": "Åsa", "lastName": "Lind", "email": f"{number.lower()}@acme.example"}
        return {"externalSourceId": number} | needed | fields

    return make
