"""What the policy getter says of policies: their members, tags, categories, report fields and tax, as frames.

Belongs here: the shapes of that answer. Does not belong here: asking for it (``client``), which policies are asked for (``reading``), what
is the matter with the policies that a company names (``preflight``). Pure.

The shapes are those of the vendor's manual. Whatever is not there, or is of another shape, was not read: it is in no frame, and never an
empty list (`read_of` says which policies a frame knows of).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from destinations.expensify.replies import as_list, as_object
from destinations.replies import text_column

TAG_COLUMNS: Final = ["policyID", "level", "name", "enabled", "glCode"]
CATEGORY_COLUMNS: Final = ["policyID", "name", "enabled", "glCode", "payrollCode"]
REPORT_FIELD_COLUMNS: Final = ["policyID", "name", "type", "value"]
TAX_COLUMNS: Final = ["policyID", "name", "rateID", "rate", "default"]

Info = Mapping[str, Mapping[str, Any]]
"""policyID → the fields that were asked for, as they came."""


def tags(info: Info) -> pd.DataFrame:
    """One row a tag, flat or in levels: `TAG_COLUMNS`; ``level`` is missing where tags are flat. A policy without tags has a row without
    ``name``."""
    return _frame(info, "tags", TAG_COLUMNS, _tags)


def categories(info: Info) -> pd.DataFrame:
    """One row a category: `CATEGORY_COLUMNS`. A policy without has a row without ``name``."""
    return _frame(info, "categories", CATEGORY_COLUMNS, iter)


def report_fields(info: Info) -> pd.DataFrame:
    """One row a report field and value: `REPORT_FIELD_COLUMNS`. A field without values has one row, a policy without fields one without
    ``name``."""
    return _frame(info, "reportFields", REPORT_FIELD_COLUMNS, _fields)


def tax(info: Info) -> pd.DataFrame:
    """One row a tax rate: `TAX_COLUMNS`; ``default`` is true for the one that is taken where none is chosen. A policy without tax (the
    vendor writes ``{}``) has a row without ``name``."""
    return _frame(info, "tax", TAX_COLUMNS, _rates)


def read_of(frame: pd.DataFrame) -> list[str]:
    """The policies of which a frame of this module knows, also those of which it knows that they have none."""
    return sorted(frame["policyID"].unique())


def table(rows: Iterable[Any], columns: list[str]) -> pd.DataFrame:
    """Text columns; what is absent, null or empty is NaN."""
    found = [as_object(row) for row in rows]
    cells = {name: text_column(found, name) for name in columns}
    return pd.DataFrame(cells, columns=columns).astype("str")


def _frame(info: Info, field: str, columns: list[str], each: Any) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for policy_id, fields in info.items():
        value = fields.get(field)
        if not isinstance(value, dict if field == "tax" else list):
            continue
        found = [{**as_object(item), "policyID": policy_id} for item in each(value)]
        rows += found or [{"policyID": policy_id}]
    return table(rows, columns)


def _tags(found: list[Any]) -> Iterator[dict[str, Any]]:
    for item in map(as_object, found):
        if isinstance(item.get("tags"), list):
            yield from ({**as_object(tag), "level": item.get("name")} for tag in item["tags"])
        else:
            yield item


def _fields(found: list[Any]) -> Iterator[dict[str, Any]]:
    for item in map(as_object, found):
        yield from ({**item, "value": value} for value in as_list(item.get("values")) or [None])


def _rates(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    default = found.get("default")
    for rate in map(as_object, as_list(found.get("rates"))):
        yield {**rate, "default": str(default is not None and str(rate.get("rateID")) == str(default)).lower()}
