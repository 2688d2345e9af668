"""Small frames in the forms that the pieces of ``roster`` exchange, and the steps from them to a plan in the order of the graph."""

import io
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from destinations import engine
from destinations.base import Known, Policy, Taken
from destinations.expensify.adapter import Adapter as AtExpensify
from destinations.expensify.client import MEMBER_COLUMNS
from destinations.expensify.settings import Expensify, ExpensifyFeed
from destinations.findity.adapter import Adapter as AtFindity
from destinations.findity.settings import Findity, FindityUsers
from destinations.findity.units import UNIT_COLUMNS
from destinations.findity.users import USER_COLUMNS
from roster.people.chain import approval_chain
from roster.people.identity import identities
from roster.plan import builder, releasing
from roster.plan.acknowledgements import acknowledgements
from roster.plan.comparison import HrSide
from roster.plan.decision import Circumstances, from_stored, to_stored
from roster.plan.write_only import ACKNOWLEDGED_COLUMNS
from roster.settings import Approvers
from roster.vocabulary import CANONICAL_COLUMNS

KEY = b"0123456789abcdef0123456789abcdef"
ROSTER = ("line", *CANONICAL_COLUMNS, "extra_policy", "extra_more", "employment", "in_scope", "unread")


def texts(rows, columns, **dtypes):
    """A frame of text columns, missing cells NaN; other dtypes by name."""
    given = [{name: row.get(name) for name in columns} for row in rows]
    return pd.DataFrame(given, columns=list(columns), dtype="object").astype({name: dtypes.get(name, "str") for name in columns})


def person(number, **cells):
    """A row of the roster: active, in scope, in policy P1, with an address of their own."""
    usual = {"email": f"{number}@acme.example", "first_name": f"F{number}", "last_name": f"L{number}", "extra_policy": "P1"}
    return {"line": 2, "employee_id": number, "employment": "active", "in_scope": True, **usual, **cells}


def roster(*rows):
    return texts(rows, ROSTER, line="int64", in_scope="bool")


def member(number, email=None, policy="P1", **cells):
    """A row of the policy getter: a user who submits to themself."""
    address = email or f"{number}@acme.example"
    return {"policyID": policy, "email": address, "role": "user", "submitsTo": address, "employeeID": number, **cells}


def members(*rows):
    return texts(rows, MEMBER_COLUMNS)


def user(number, **cells):
    """A Findity user as we create one, who approves for themself."""
    own = {"id": f"i{number}", "personId": f"p{number}", "externalSourceId": number, "personnelNumber": number, "active": True}
    names = {"firstName": f"F{number}", "lastName": f"L{number}", "email": f"{number}@acme.example", "approverIds": f'["p{number}"]'}
    return {**own, **names, **cells}


def users(*rows):
    return texts(rows, USER_COLUMNS, active="boolean")


def units(*rows):
    return texts(rows, UNIT_COLUMNS)


def acknowledged(*rows):
    """Each row: number, account, and whether they were active when the destination was last written."""
    cells = [dict(zip(ACKNOWLEDGED_COLUMNS, (number, account, active, "d", "{}"), strict=True)) for number, account, active in rows]
    return texts(cells, ACKNOWLEDGED_COLUMNS, active="bool")


def recalled(people, **accounts):
    """The ledger of people of a roster who were last in step under these accounts, by number (``n1`` is 1): who they are is remembered."""
    kept = acknowledged(*((name.removeprefix("n"), account, True) for name, account in accounts.items()))
    return kept.assign(identity=kept["employee_id"].map(identities(people, KEY)).astype("str"))


def accounts(*rows):
    """Each row: account, number, address and, unless they are active, False."""
    cells = [dict(zip(("account", "number", "email", "active"), (*row, True)[:4], strict=True)) for row in rows]
    return texts(cells, ("account", "number", "email", "active"), active="bool")


def stored(frame):
    """The frame as it comes back from storage."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, engine="pyarrow")
    return pd.read_parquet(io.BytesIO(buffer.getvalue()), engine="pyarrow")


def stored_plan(plan):
    return from_stored({name: stored(part) for name, part in to_stored(plan).items()})


def expensify_adapter(feed=None):
    """Expensify with these rules, never reached."""
    feed = feed or ExpensifyFeed(policyID="extra_policy", additionalPolicyIDs="extra_more")
    return AtExpensify(Expensify.model_construct(feed=feed, connection=None))


def findity_adapter(rules=None):
    """Findity with these rules, never reached."""
    return AtFindity(Findity.model_construct(users=rules or FindityUsers(), connection=None))


@dataclass
class Night:
    """One company on one night: what HR says, what the ledger remembers, how the settings are."""

    people: pd.DataFrame
    rejected: list = field(default_factory=list)
    acknowledged: pd.DataFrame = field(default_factory=acknowledged)
    absent_means: str = "unchanged"
    approvers: Approvers = field(default_factory=Approvers)
    circumstances: dict = field(default_factory=dict)
    feed: ExpensifyFeed = field(default_factory=lambda: ExpensifyFeed(policyID="extra_policy", additionalPolicyIDs="extra_more"))
    users: FindityUsers = field(default_factory=FindityUsers)
    out: list = field(default_factory=list)

    def hr(self):
        return HrSide(self.people, pd.Series(self.rejected, dtype="str"), self.acknowledged, KEY)

    def chain(self, there):
        leavable = self.acknowledged[~self.acknowledged["employee_id"].isin(self.rejected)]
        return approval_chain(self.people, there, leavable, self.approvers, self.absent_means, KEY)

    def expensify(self, there):
        """The plan, and what the ledger is to remember once all of it was accepted."""
        return self.at(expensify_adapter(self.feed), {"members": there})

    def findity(self, there, units=None):
        """The plan, and what the ledger is to remember once all of it was accepted."""
        units = units if units is not None else texts([], UNIT_COLUMNS)
        return self.at(findity_adapter(self.users), {"users": there, "units": units})

    def desired(self, adapter, read):
        """What should be at a destination, as the engine has it."""
        unreadable = self.circumstances.get("unreadable_reject", False)
        file = Taken(self.people, self.hr().rejected, unreadable, 1, date(2026, 11, 20), None, "run")
        policy = Policy(self.absent_means, self.approvers)
        return engine.desire(adapter, policy, file, Known(read, self.acknowledged, out=pd.Series(self.out, dtype="str")), KEY)

    def at(self, adapter, read):
        """The same at any destination."""
        desired = self.desired(adapter, read)
        circumstances = Circumstances(self.absent_means, **self.circumstances)
        plan = builder.draw(adapter, self.hr(), read, desired.accounts, desired.records, desired.faults, desired.repairs, circumstances)
        return plan, acknowledgements(adapter, plan, desired.records, self.hr())


def held_set(plan):
    """What a plan holds, as the ledger keeps it."""
    people = releasing.with_digests(plan, KEY)
    return releasing.HeldSet(people[people["action"].eq("hold")], plan.changes)


def let_go(plan, held=None, kinds=()):
    """What a plan applies once a set (its own, unless another is given) is released."""
    return releasing.released(plan, held or held_set(plan), kinds, KEY)[0]


def decided(plan):
    """Who → action, and the reason where there is one."""
    rows = plan.people[["person", "action", "reason"]].itertuples(index=False)
    return {row.person: row.action if pd.isna(row.reason) else (row.action, row.reason) for row in rows}


def sent(plan, applied=True):
    """What is sent (or held), as dicts of what is not missing."""
    rows = plan.records[plan.records["apply"] == applied].drop(columns=["apply"]).to_dict("records")
    return [{name: value for name, value in row.items() if not pd.isna(value)} for row in rows]
