"""From HR's reference to a manager to that manager's employee number.

Belongs here: finding the person that an address, a key or a name stands for, and saying whom it may stand for where nobody can tell. Does
not belong here: which ways of writing are the same name (``roster.intake.whole_names``), who approves (``roster.people.approvers``).
"""

from dataclasses import dataclass

import pandas as pd

from roster.intake import whole_names
from roster.intake.faults import MESSAGES, fault_rows
from roster.rules import evaluate
from roster.settings import People, Rule, Source

_MOST_NAMED = 5
"""So many of those whom a reference may stand for are told by their numbers."""


@dataclass(frozen=True)
class Linked:
    """Managers by number, and the references that lead nowhere."""

    manager_id: pd.Series
    manager_email: pd.Series
    dropped: list[pd.DataFrame]


@dataclass(frozen=True)
class _Found:
    """What references come to."""

    number: pd.Series
    """Whose they are; NaN where nobody's, or several people's."""
    candidates: pd.Series
    """Whose they may be, in words, where they stand for several people; NaN elsewhere."""


def link(frame: pd.DataFrame, raw: pd.DataFrame, current: pd.Series, people: People, usable: pd.Index | None = None) -> Linked:
    """Resolve the references of all rows.

    A person is found by every row of theirs, superseded or rejected ones too: a manager whose row HR got wrong is still the manager.
    By address and key, rows that count go first, since an old address may be somebody else's by now. By name all rows are looked at
    together: whoever has left, or has no readable number, has the name still.

    Args:
        frame: All canonical rows by line number; an unreadable employee number is NaN.
        raw: The file's columns for the same rows.
        current: Which rows are not superseded.
        people: The settings.
        usable: Lines of valid people, who may be told by their numbers; None: all are.
    """
    label = "line " + frame.index.to_series().astype("str")
    label = frame["employee_id"].where(frame.index.isin(frame.index if usable is None else usable)).fillna(label)
    source = people.columns.get("manager_id")
    if source is not None and source.refers_to is not None and source.refers_to != people.columns["employee_id"].column:
        found = _resolve(frame["manager_id"], own_key(source, raw), frame["employee_id"], current, label)
        # A key of HR's own that leads nowhere must not stay: it could pass for an employee number.
        return Linked(found.number, frame["manager_email"], _unresolved(found, frame["manager_id"], "manager_id"))
    if "manager_name" in people.columns:
        found = _by_name(frame, raw, people.columns["manager_name"], label)
        return Linked(found.number, frame["manager_email"], _unresolved(found, frame["manager_name"], "manager_name"))
    if "manager_email" in people.columns:
        found = _resolve(frame["manager_email"].str.lower(), frame["email"].str.lower(), frame["employee_id"], current, label)
        outside = frame["manager_email"].mask(found.number.notna() | found.candidates.notna())
        return Linked(found.number, outside, _ambiguous(found, "manager_email"))
    return Linked(frame["manager_id"], frame["manager_email"], [])


def own_key(source: Source, raw: pd.DataFrame) -> pd.Series:
    """What each row is referred to by, where HR links by something of its own: one column, or a template of several."""
    assert source.refers_to is not None, "asked only where there is one"  # noqa: S101
    through = source.refers_through()
    return raw[source.refers_to] if through == {source.refers_to} else evaluate(Rule(template=source.refers_to), raw)


def _unresolved(found: _Found, reference: pd.Series, column: str) -> list[pd.DataFrame]:
    unknown = reference.notna() & found.number.isna() & found.candidates.isna()
    return [*_ambiguous(found, column), fault_rows(reference.index[unknown], column, "unknown")]


def _ambiguous(found: _Found, column: str) -> list[pd.DataFrame]:
    several = found.candidates.dropna()
    messages = (MESSAGES["ambiguous"].removesuffix(".") + ": " + several + ".").tolist()
    return [fault_rows(several.index, column, "ambiguous", messages)]


def _resolve(reference: pd.Series, key: pd.Series, number: pd.Series, current: pd.Series, label: pd.Series) -> _Found:
    """By an address or a key: letter by letter, else without regard to case and blanks; where names are the key, without what is remarked
    beside them on how somebody stands."""
    found = _Found(*(pd.Series(float("nan"), index=reference.index, dtype="str") for _ in range(2)))
    plain = _plain(reference), _plain(key)
    for wanted, keys in ((reference, key), plain, tuple(map(whole_names.without_standing, plain))):
        known = pd.DataFrame({"key": keys, "number": number, "label": label}).dropna()
        for rows in (current, ~current):
            found = _completed(found, wanted, known[rows.reindex(known.index)])
    return found


def _by_name(frame: pd.DataFrame, raw: pd.DataFrame, source: Source, label: pd.Series) -> _Found:
    """By a name, in either order, without regard to case and blanks; without its accents where nobody has it with them, and without what
    is remarked beside it on how somebody stands. By a number where one stands beside the name: both have to be the same person's."""
    if source.refers_to is None:
        ways = whole_names.ways(frame["first_name"], frame["last_name"])
    else:
        ways = whole_names.ways_of_whole(own_key(source, raw))
    # Somebody without a readable number has the name, too: it is not the other one's alone.
    number = frame["employee_id"].fillna(" " + label)
    known = pd.concat([pd.DataFrame({"key": way, "number": number, "label": label}) for way in ways]).dropna()
    wanted = whole_names.referred(frame["manager_name"])
    found = _Found(*(pd.Series(float("nan"), index=wanted.index, dtype="str") for _ in range(2)))
    found = _completed(found, wanted, known)
    if (wanted.notna() & found.number.isna() & found.candidates.isna()).any():
        plain = known.assign(key=whole_names.without_accents(known["key"]))
        found = _completed(found, whole_names.without_accents(wanted), plain)
        for way, keys in ((wanted, known), (whole_names.without_accents(wanted), plain)):
            found = _completed(found, whole_names.without_standing(way), keys.assign(key=whole_names.without_standing(keys["key"])))
        name, beside = whole_names.with_number(frame["manager_name"].where(found.number.isna() & found.candidates.isna()))
        for way, keys in ((name, known), (whole_names.without_accents(name), plain)):
            found = _completed(found, way + "\n" + beside, keys.assign(key=keys["key"] + "\n" + keys["number"]))
    return _Found(found.number.mask(found.number.str.startswith(" ", na=False)), found.candidates)


def _plain(series: pd.Series) -> pd.Series:
    return series.str.casefold().str.replace(r"\s+", " ", regex=True).astype("str")


def _completed(found: _Found, wanted: pd.Series, known: pd.DataFrame) -> _Found:
    """What was found so far, with those of the rest whom these rows have.

    Args:
        found: What was.
        wanted: All references, as they are compared.
        known: ``key``, ``number`` and ``label`` of people; one may be there several times.
    """
    rest = wanted[wanted.notna() & found.number.isna() & found.candidates.isna()]
    people = known[known["key"].isin(rest.drop_duplicates())].drop_duplicates(["key", "number"]) if len(rest) else known.head(0)
    if people.empty:
        return found
    several = people["key"].duplicated(keep=False)
    number = people[~several].set_index("key")["number"].reindex(rest).set_axis(rest.index)
    labels = people[several].groupby("key")["label"].agg(_first_few).astype("str").reindex(rest).set_axis(rest.index)
    return _Found(
        found.number.fillna(number.reindex(found.number.index)).astype("str"),
        found.candidates.fillna(labels.reindex(found.number.index)).astype("str"),
    )


def _first_few(labels: pd.Series) -> str:
    more = f" and {len(labels) - _MOST_NAMED} more" if len(labels) > _MOST_NAMED else ""
    return ", ".join(labels.head(_MOST_NAMED)) + more
