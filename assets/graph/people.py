"""Who changes, person by person: what the plan, what waits and what was answered look like in the Dagster UI.

Belongs here: those tables, by employee number, without personal values. Does not belong here: how a frame becomes metadata
(``assets.graph.metadata``), which fields are personal (each destination says what is not), words for changes (``roster.reports.in_words``).
"""

from typing import Final

import dagster as dg
import pandas as pd

from assets.graph import metadata
from destinations.base import Destination, Drawn
from roster.plan.wording import Wording
from roster.reports import words
from roster.reports.in_words import ENDS, of
from roster.reports.model import PEOPLE, DestinationReport
from roster.reports.tables import employee_numbers
from roster.vocabulary import WRITES

PERSONAL: Final = "personal: in the report"
"""In place of an old and a new value."""


def answered(people: pd.DataFrame, answers: pd.DataFrame) -> dg.MetadataValue:
    """Person by person what was sent (action and kinds) and what became of it, what was not accepted first.

    Args:
        people: the plan's.
        answers: ``person`` and ``status``.
    """
    planned = people.drop_duplicates("person").set_index("person")
    found = pd.DataFrame(
        {
            "who": answers["person"],
            "change": answers["person"].map(planned["action"]).astype("str") + ": " + _kinds(answers["person"].map(planned["kinds"])),
            "outcome": answers["status"].astype("str"),
        }
    )
    found = found.assign(fine=found["outcome"].eq("accepted")).sort_values(["fine", "who"], kind="stable")
    return metadata.table(found.drop(columns="fine"))


def by_kind(people: pd.DataFrame) -> dg.MetadataValue:
    """Who is written: by kind of change how many, and the first of them by number.

    Args:
        people: the plan's.
    """
    some = people[people["action"].isin(list(WRITES))]
    kinds = some.assign(kind=some["kinds"].astype("str").fillna(some["action"].astype("str")).str.split("|")).explode("kind")
    groups = kinds.groupby("kind", sort=False)["person"]
    rows = [(words.kinds(str(kind)), int(persons.nunique()), employee_numbers(persons.astype("str"))) for kind, persons in groups]
    table = pd.DataFrame(rows, columns=["kind", "people", "who"])
    return metadata.table(table.sort_values("people", ascending=False, kind="stable"))


def by_field(changes: pd.DataFrame, wording: Wording) -> dg.MetadataValue:
    """How many people get another value, by what people call the field."""
    label = _label(changes["field"], wording)
    return metadata.counts(changes.groupby(label)["person"].nunique().to_dict(), "field")


def old_and_new(destination: Destination, drawn: Drawn) -> dg.MetadataValue:
    """What waits, person by person: field, old → new. Of a field whose values may be personal only its name."""
    plan, wording = drawn.plan, drawn.facts.wording
    held = plan.people[plan.people["action"].eq("hold")]
    waits = plan.changes["person"].isin(held["person"]) | ~plan.changes["apply"].astype("boolean").fillna(True).astype("bool")
    changes = plan.changes[waits]
    people = plan.people[plan.people["person"].isin([*held["person"], *changes["person"]])]
    shown = changes["field"].isin(list(destination.impersonal))
    found = of(_report(destination, people.reindex(columns=list(PEOPLE)), changes[shown], wording))
    known = pd.DataFrame({"employee_id": found["employee_id"], "field": found["label"], "old → new": _arrow(found)})
    return metadata.table(pd.concat([known, _personal(people, changes[~shown], wording)], ignore_index=True))


def _report(destination: Destination, people: pd.DataFrame, changes: pd.DataFrame, wording: Wording) -> DestinationReport:
    return DestinationReport(
        name=destination.title,
        key=destination.name,
        stage="planned",
        people=people,
        changes=changes,
        labels=wording.labels,
        id_names=wording.id_names,
        hundredths=wording.hundredths,
        only_added=wording.only_added,
        leaving=wording.leaving,
    )


def _personal(people: pd.DataFrame, changes: pd.DataFrame, wording: Wording) -> pd.DataFrame:
    """A row for each person and label; whoever joins or leaves has one already, for everything."""
    planned = people.drop_duplicates("person").set_index("person")
    whole = changes["person"].map(planned["kinds"]).isin([*ENDS, "join", "rejoin"])
    some = changes[~whole]
    number = some["person"].map(planned["employee_id"]).astype("str").fillna(some["person"].astype("str"))
    return pd.DataFrame({"employee_id": number, "field": _label(some["field"], wording), "old → new": PERSONAL}).drop_duplicates()


def _label(fields: "pd.Series[str]", wording: Wording) -> "pd.Series[str]":
    return fields.map(wording.labels).astype("str").fillna(fields.astype("str"))


def _arrow(found: pd.DataFrame) -> "pd.Series[str]":
    old, new = (found[name].astype("str").fillna("") for name in ("old", "new"))
    nothing = old.eq("") & new.eq("")
    return (old.where(old.ne(""), "nothing") + " → " + new.where(new.ne(""), "nothing")).mask(nothing, "")


def _kinds(texts: "pd.Series[str]") -> "pd.Series[str]":
    return texts.map({text: words.kinds(text) for text in texts.dropna().unique()}).astype("str").fillna("")
