"""Expensify's report creator: a report with expenses on somebody's behalf.

Belongs here: the rules of that one job. Does not belong here: the wire (`sandbox.expensify`).

State: `reports[id]` holds who it is for, its policy, title, fields and expenses.
"""

import re
from typing import Any

from sandbox.switches import Switches

NEEDED = ("merchant", "currency", "date", "amount")  # [D E1] "each expense needs"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class NotCreated(Exception):
    """Why not, with the responseCode that says so."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def create(state: dict[str, Any], switches: Switches, caller: str, given: dict[str, Any]) -> dict[str, Any]:
    """Create it and give the job's answer. The same once more is another one: nothing says that it is told apart [I]."""
    for name in ("employeeEmail", "policyID", "report", "expenses"):
        if not given.get(name):
            raise NotCreated(410, f"Required parameter '{name}' is missing")  # [D E1] the message, of another job
    address = given["employeeEmail"]
    if switches.expensify_create_report == "not_enabled":  # [D E1] "means it is not enabled" if it stays
        raise NotCreated(500, f"Not authorized to authenticate as user {address}")
    policy = state["policies"].get(given["policyID"])
    if policy is None:
        raise NotCreated(404, "Policy not found")  # [D E1] for the policy updater; here [I]
    if policy["members"].get(caller.lower(), {}).get("role") != "admin":
        raise NotCreated(500, f"Not authorized to authenticate as user {address}")  # [D E1] domain and policy admin; the answer: [I]
    report, expenses = given["report"], given["expenses"]
    if not isinstance(report, dict) or not report.get("title"):
        raise NotCreated(410, "Required parameter 'title' is missing")  # [I]
    if not isinstance(expenses, list) or not all(isinstance(expense, dict) for expense in expenses):
        raise NotCreated(410, "Argument 'expenses' is missing or malformed")  # [D E1] the message, of another job
    for key in report.get("fields") or {}:
        if re.search(r"[^A-Za-z0-9_]", key):  # [D E1] non-alphanumerics are underscores; what another key gives: [?]
            raise NotCreated(410, f"Invalid report field '{key}'")
    for expense in expenses:
        _check(expense)
    made = state.setdefault("reports", {})
    identity = f"R00{len(made) + 1:09d}"  # [D E1] a sample is R006AseGxMka
    made[identity] = {"employeeEmail": address, "policyID": given["policyID"], "expenses": expenses, **report}
    return {"responseCode": 200, "reportName": report["title"], "reportID": identity}


def _check(expense: dict[str, Any]) -> None:
    for name in NEEDED:
        if expense.get(name) in (None, ""):
            raise NotCreated(410, f"Required parameter '{name}' is missing")  # [D E1] that it is needed, [I] the answer
    if not _DAY.fullmatch(str(expense["date"])):
        raise NotCreated(410, f"Malformed date '{expense['date']}'. Expected format is yyyy-MM-dd")  # [D E1]
    if not isinstance(expense["amount"], int) or isinstance(expense["amount"], bool):  # [D E1] integer, in cents
        raise NotCreated(410, "Argument 'amount' is missing or malformed")  # [D E1] the message, of another job
