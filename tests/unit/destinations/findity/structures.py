"""What was read of a Findity organization's structure, as frames, and what should change of it, without a socket."""

import pandas as pd

from destinations.findity import comparison
from destinations.findity.settings import Settings
from destinations.findity.structure import planning
from destinations.findity.structure.answers import APPROVERS, DIMENSIONS, VALUES
from destinations.findity.structure.reading import UNREAD
from roster.people.chain import approval_chain
from roster.settings import Approvers
from tests.unit.roster.frames import KEY, acknowledged, roster, texts, units, user, users

CONNECTION = {"organization": "acme", "client_id": "x", "client_secret": {"env": "X"}}
TREE = units({"id": "r", "name": "Acme"}, {"id": "s", "name": "Sales", "parentId": "r"}, {"id": "n", "name": "Nordics", "parentId": "s"})


def settings(**given):
    return Settings.model_validate({"connection": CONNECTION, "users": {}, **given})


def by_dimension(approvers=(), **dimension):
    """Settings with one dimension COST of the column `cost_center`."""
    own = {"name": "Cost center", "values": {"id": "cost_center"}, "approvers": list(approvers), **dimension}
    routed = own["approvers"] or own.get("approvers_of")
    return settings(approval=["approverIds", "dimensions"] if routed else "approverIds", dimensions={"COST": own})


def read(*people, values=(), approvers=(), dimensions=({"externalSourceId": "COST", "name": "Cost center"},), unread=(), **frames):
    """What was read: users, values as id and name, approvers as (value, number, limit) in their order."""
    rows = [{"dimension": "COST", "externalSourceId": key, "id": f"own-{key}", "name": name} for key, name in values]
    steps = [
        {"dimension": "COST", "at": at, "id": f"a{n}", "personId": f"p{number}", "sortOrder": str(n), "amountLimit": limit}
        for n, (at, number, limit) in enumerate(approvers)
    ]
    return {
        "users": users(*people),
        "units": TREE,
        "owners": acknowledged()[["employee_id", "account", "active"]],
        "dimensions": texts(dimensions, DIMENSIONS),
        "dimension_values": texts(rows, VALUES),
        "value_approvers": texts(steps, ["dimension", *APPROVERS]),
        "unit_approvers": texts([], APPROVERS),
        "structure_unread": texts([dict(zip(UNREAD, one, strict=True)) for one in unread], UNREAD),
        **frames,
    }


def structure(company, people, there, *, ledger=None, approvers=None):
    """What should change."""
    hr, known = roster(*people), acknowledged() if ledger is None else ledger
    accounts = comparison.accounts(there["users"], hr["employee_id"], known)
    chain = approval_chain(hr, accounts, known, approvers or Approvers(), "leaver", KEY)
    return planning.structure(company, hr, chain, there)


def changes(found):
    """Thing → old and new."""
    rows = found.changes[["thing", "old", "new"]].to_numpy().tolist()
    return {thing: (None if pd.isna(old) else old, None if pd.isna(new) else new) for thing, old, new in rows}


def left(found):
    return dict(found.left.to_numpy().tolist())


__all__ = ["by_dimension", "changes", "left", "read", "settings", "structure", "user"]
