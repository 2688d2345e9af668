"""The ledger's tables, as the code of today knows them.

Belongs here: columns, keys, indexes. Does not belong here: how a table came to look so (``resources/ledger/migrations``, where every
change of this module needs a revision) and what is read from or written to it (the neighbours of this module).

Every row carries `company`. The only personal data are the accounts and fields of `acknowledged` and the old and new values of
`plan_change`; everywhere else people are named by employee number.
"""

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem


class Moment(sa.TypeDecorator[datetime]):
    """A point in time: always aware, always UTC, also on SQLite, which keeps no zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse naive times; hand over UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Hand out UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata: Final = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _key(name: str, kind: Any = sa.Text) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True)


def _needed(name: str, kind: Any = sa.Text) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _optional(name: str, kind: Any = sa.Text) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _table(name: str, *parts: SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, _key("company"), *parts)


def _of_plan(name: str, *parts: SchemaItem) -> sa.Table:
    return _table(name, _key("destination"), _key("plan_run_id"), *parts)


intake = _table(
    "intake",
    _key("number", sa.Integer),
    _needed("sha256"),
    _needed("name"),
    _needed("size", sa.BigInteger),
    _optional("modified", Moment),
    _optional("dated", sa.Date),
    _needed("as_of", sa.Date),
    _needed("first_seen", Moment),
    _needed("root_run_id"),
    sa.UniqueConstraint("company", "sha256"),
)
"""One row for each distinct content; `number` rises in the order in which contents were first seen."""

intake_run = _table("intake_run", _key("root_run_id"), _key("number", sa.Integer), _needed("as_of", sa.Date), _needed("taken_at", Moment))
"""The day a root run took a content for; its re-executions use it again."""

gate = _table(
    "gate",
    _key("root_run_id"),
    _key("number", sa.Integer),
    _needed("passed", sa.Boolean),
    _needed("facts", sa.JSON),
    _needed("recorded_at", Moment),
)

reject = _table(
    "reject",
    _key("root_run_id"),
    _key("position", sa.Integer),
    _needed("line", sa.BigInteger),
    _optional("employee_id"),
    _optional("column"),
    _optional("source"),
    _needed("code"),
    _needed("message"),
)

disposition = _table(
    "disposition", _key("root_run_id"), _needed("number", sa.Integer), _needed("counts", sa.JSON), _needed("recorded_at", Moment)
)
"""How many rows of the file had each disposition."""

applied = _table(
    "applied",
    _key("destination"),
    _needed("number", sa.Integer),
    _optional("dated", sa.Date),
    _needed("plan_run_id"),
    _needed("applied_at", Moment),
)
"""The intake that each destination was last brought to."""

accepted_older = _table(
    "accepted_older",
    _key("destination"),
    _key("number", sa.Integer),
    _key("accepted_at", Moment),
    _needed("last_number", sa.Integer),
    _needed("reason"),
    _optional("accepted_by"),
)
"""Each time that a destination went back to an older export, who let it, and why."""

baseline = _table("baseline", _needed("number", sa.Integer), _needed("facts", sa.JSON), _needed("recorded_at", Moment))
"""The export that everyone was last brought to, and its facts: what the gate compares the next one with."""

plan = _of_plan(
    "plan",
    _needed("root_run_id"),
    _needed("number", sa.Integer),
    _needed("digest"),
    _needed("accounting_passed", sa.Boolean),
    _needed("gate_passed", sa.Boolean),
    _needed("counts", sa.JSON),
    _needed("saved_at", Moment),
    sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
)
"""`epoch`: the destination's when what was there was read; what was acknowledged later, this plan does not know."""


def _part_of_plan() -> sa.ForeignKeyConstraint:
    columns = ["company", "destination", "plan_run_id"]
    return sa.ForeignKeyConstraint(columns, [f"plan.{name}" for name in columns], ondelete="CASCADE")


plan_person = _of_plan(
    "plan_person",
    _part_of_plan(),
    _key("person"),
    _optional("employee_id"),
    _optional("matched_by"),
    _needed("action"),
    _optional("intended"),
    _optional("kinds"),
    _optional("reason"),
    _optional("detail"),
    _optional("digest"),
)
"""Everyone whose action is not `none`; the counts of all are in `plan`. `digest`: of whoever is held and has no row in `plan_change`, a
keyed hash of the whole record, so that a release knows what was held."""

plan_change = _of_plan(
    "plan_change",
    _part_of_plan(),
    _key("position", sa.Integer),
    _needed("person"),
    _needed("field"),
    _optional("kind"),
    _optional("old"),
    _optional("new"),
    _needed("visible", sa.Boolean),
    _needed("apply", sa.Boolean),
)

plan_thing = _of_plan(
    "plan_thing",
    _part_of_plan(),
    _key("thing"),
    _needed("position", sa.Integer),
    _needed("kind"),
    _optional("name"),
    _needed("action"),
    _needed("words", sa.JSON),
    _needed("apply", sa.Boolean),
    _optional("reason"),
    _optional("detail"),
    _needed("digest"),
    _optional("outcome"),
    _optional("answer", sa.JSON),
    _optional("answered_at", Moment),
)
"""What a plan changes of things that are no people. `words`, `answer`: readable texts, which name people by number
(`resources.ledger.things`). `digest`: a keyed hash of what would be sent."""

held = _of_plan("held", _needed("digest"), _needed("kinds", sa.JSON), _needed("expires_at", Moment), _needed("saved_at", Moment))
release = _of_plan(
    "release",
    _needed("digest"),
    _needed("kinds", sa.JSON),
    _needed("name"),
    _needed("reason"),
    _needed("expires_at", Moment),
    _needed("released_at", Moment),
    _optional("root_run_id"),
    _optional("people", sa.JSON),
)
"""Who let a held set go, or some kinds of it; `plan_run_id` is the run that does it. `people`: by number those whose changes alone were let
go; no list where it was everyone's."""

proposal = _table(
    "proposal",
    _key("digest"),
    _key("proposed_at", Moment),
    _needed("kinds", sa.JSON),
    _optional("people", sa.JSON),
    _needed("name"),
    _needed("reason"),
    _needed("expires_at", Moment),
)
"""What one person would release of a held set, for another to do so, where the settings want two; `people` as in `release`."""

visit = _table(
    "visit",
    _key("visit"),
    _needed("at", Moment),
    _needed("name"),
    _needed("page"),
    _optional("employee_id"),
    _optional("digest"),
)
"""Who looked at a page about people; `employee_id` where it is about one."""

decision = _table(
    "decision",
    _key("decision"),
    _needed("at", Moment),
    _needed("name"),
    _needed("action"),
    _needed("digest"),
    _needed("kinds", sa.JSON),
    _optional("people", sa.JSON),
    _needed("reason"),
    _optional("run_id"),
    _optional("ended", Moment),
    _optional("outcome"),
)
"""Who released, or proposed to release, from a page, once for each time that a form was shown: `decision` is that form's."""

request = _of_plan("request", _key("request", sa.Integer), _needed("meta", sa.JSON), _needed("recorded_at", Moment))
answer = _of_plan(
    "answer", _key("person"), _needed("status"), _optional("reason"), _optional("request", sa.Integer), _needed("recorded_at", Moment)
)

outcome = _of_plan(
    "outcome", _key("person"), _optional("employee_id"), _needed("action"), _needed("outcome"), _optional("reason"), _optional("landed")
)
"""Everyone whose outcome is not `unchanged`; the counts of all are in `outcome_count`."""

outcome_count = _of_plan("outcome_count", _needed("counts", sa.JSON), _needed("recorded_at", Moment))

acknowledged = _table(
    "acknowledged",
    _key("destination"),
    _key("employee_id"),
    _optional("account"),
    _needed("active", sa.Boolean),
    _needed("digest"),
    _optional("fields"),
    _optional("identity"),
    _needed("epoch", sa.Integer),
    _needed("run_id"),
    _needed("recorded_at", Moment),
    _optional("record"),
)
"""What a destination last acknowledged of each person. `record`: a keyed hash of all that should be there of them."""

epoch = _table("epoch", _key("destination"), _needed("epoch", sa.Integer))

skip = _table(
    "skip",
    _key("destination"),
    _key("employee_id"),
    _key("reason"),
    _needed("first_seen", sa.Date),
    _needed("last_seen", sa.Date),
    _needed("times", sa.Integer),
    _optional("closed", sa.Date),
    _needed("last_root_run"),
)
"""Who stays out, why, and for how long. A skip that ended and returns begins anew."""

skip_run = _table("skip_run", _key("destination"), _key("root_run_id"), _needed("recorded_at", Moment))

run = _table(
    "run",
    _key("run_id"),
    _needed("root_run_id"),
    _needed("job"),
    _needed("began", Moment),
    _optional("ended", Moment),
    _optional("status"),
    _optional("failures", sa.JSON),
)

claim = _table("claim", _key("destination"), _key("digest"), _needed("claimed_at", Moment), sa.UniqueConstraint("destination", "digest"))
"""What of a destination is a company's alone: a keyed hash of, say, an organization there. No two companies have the same."""

one_off = _table(
    "one_off",
    _key("destination"),
    _key("digest"),
    _key("attempt", sa.Integer),
    _needed("job"),
    _needed("status"),
    _optional("answer"),
    _optional("reason"),
    _needed("began", Moment),
    _optional("ended", Moment),
)
"""What was sent once, on somebody's word, by a keyed hash of it. `reason`: why it was sent once more."""

heartbeat = _table("heartbeat", _key("run_id"), _needed("expires_at", sa.Float))
"""Until when the last sign of life of a run holds."""

lease = _table("lease", _optional("run_id"), _needed("fence", sa.Integer), _needed("expires_at", sa.Float))
"""The one run of a company that may write. `fence` rises with every holder; the row stays when nobody holds it."""

rate_call = sa.Table(
    "rate_call",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _needed("company"),
    _needed("credential"),
    _needed("at", sa.Float),
    sa.Index(None, "credential", "at"),
)
"""When each credential was used. Shared by companies, as the far side counts by credential."""

traffic = _table(
    "traffic",
    _key("destination"),
    _needed("calls", sa.BigInteger),
    _needed("seconds", sa.Float),
    _needed("waits", sa.BigInteger),
    _needed("waited", sa.Float),
)
"""Calls to each destination since the ledger has existed, and waits for its rate windows; by the destination's title."""

alert = _table(
    "alert",
    _key("event"),
    _key("subject"),
    _key("employee_id"),
    _key("since", Moment),
    _needed("named", sa.Boolean),
    _needed("detail"),
    _optional("over_at", Moment),
)
"""A state that people are told of, from when until when. `employee_id`: empty where it is about nobody in particular. `named`: whether that
number may be shown. `detail`: how it began, in words that name nobody."""

alert_note = _table(
    "alert_note",
    _key("target"),
    _key("event"),
    _key("subject"),
    _key("phase"),
    _key("at", Moment),
    _needed("attempts", sa.Integer),
    _needed("not_before", sa.Float),
    _optional("sent_at", Moment),
    _optional("failure"),
)
"""That a target is to be told of the states of an event and a subject that began (`phase`: ``begun``), or ended (``over``), at a moment.
`not_before`: until when whoever has claimed it sends, or when it is tried again."""

alert_settings = _table("alert_settings", _needed("settings", sa.JSON), _needed("since", Moment), _needed("looked_at", Moment))
"""The company's `alerts` as they were last loaded, for when its YAML cannot be; no URL is in them. `since`: since when there are any."""

secret = _table("secret", _key("name"), _needed("value", sa.LargeBinary))
"""Keys of keyed hashes, on databases without a directory of their own to keep a file in."""

sa.Index(None, plan.c.company, plan.c.root_run_id)
sa.Index(None, held.c.company, held.c.digest)
