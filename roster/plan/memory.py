"""What the ledger keeps of people beside the fields of their record: lists under a name of the destination's, with the fields.

Belongs here: reading such lists and writing them. Does not belong here: what a destination has remembered (its
`roster.plan.comparison.Comparison.memory`), fields and their digests (``roster.plan.write_only``).
"""

import json
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

FORMER: Final = "former"
"""Under which name the addresses are kept, in lower case, that a person had at the destination before the one of now."""

_LIST: Final = r'\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]'
"""A JSON list of texts. As text, not parsed row by row: a quote within a value has a backslash before it, so that nothing but a name reads
as one."""


def texts(acknowledged: pd.DataFrame, name: str) -> pd.Series:
    """Employee number → the list under a name, as JSON text; of whoever has one.

    Args:
        acknowledged: the ledger's people of a destination.
        name: the list's.
    """
    # Of Arrow's own functions: pandas' take ten times as long, and this is asked a dozen times a night.
    fields = pa.array(acknowledged.reindex(columns=["fields"])["fields"].astype("str").array, pa.large_string())
    lists = pc.struct_field(pc.extract_regex(fields, f'"{name}":(?P<list>{_LIST})'), "list")
    return pd.Series(pd.array(lists, dtype="str"), index=pd.Index(acknowledged["employee_id"]), name="fields").dropna()


def each(acknowledged: pd.DataFrame, name: str) -> pd.DataFrame:
    """``employee_id``, ``value``: one row for each entry of the lists under a name."""
    return exploded(texts(acknowledged, name))


def exploded(lists: pd.Series) -> pd.DataFrame:
    """``employee_id``, ``value`` of lists in JSON by employee number."""
    if lists.empty:
        return pd.DataFrame({"employee_id": [], "value": []}, dtype="str")
    # Not by `explode`, which makes a list of Python's for everybody: a thousand people have the same few.
    codes, distinct = pd.factorize(lists)
    each = pa.array([json.loads(text) for text in distinct], pa.list_(pa.large_string())).take(pa.array(codes))
    people, values = lists.index[pc.list_parent_indices(each).to_numpy()], pd.array(pc.list_flatten(each), dtype="str")
    return pd.DataFrame({"employee_id": people, "value": values}).dropna(ignore_index=True).astype("str")


def listed(entries: pd.DataFrame) -> pd.Series:
    """Employee number → the list of their values in JSON, each once, in order: `exploded` the other way round."""
    rows = entries.drop_duplicates().sort_values(["employee_id", "value"])
    quoted = '"' + rows["value"].map({value: json.dumps(value)[1:-1] for value in rows["value"].unique()}) + '"'
    first = ~rows["employee_id"].duplicated()
    # Not by `groupby`, which joins one group after another: 40 microseconds each.
    bounds = np.append(np.flatnonzero(first), len(rows))
    lists = pa.ListArray.from_arrays(bounds.astype("int32"), pa.array(quoted.to_numpy(dtype="object"), pa.string()))
    joined = pd.Series(pc.binary_join(lists, ",").to_pandas(), dtype="str").set_axis(pd.Index(rows.loc[first, "employee_id"]))
    return ("[" + joined + "]").astype("str")


def put(fields: pd.Series, employee_ids: pd.Series, lists: pd.DataFrame) -> pd.Series:
    """The ``fields`` of people as the ledger keeps them, with these lists in place of those that were there under the same names.

    Args:
        fields: JSON objects as text.
        employee_ids: whose they are, aligned.
        lists: by employee number a column for each name: lists as JSON text, missing where there is none.
    """
    result = without(fields, list(lists.columns))
    for name in lists:
        text = pd.Series(employee_ids.map(lists[name]).to_numpy(), index=fields.index, dtype="str")
        between = result.eq("{}").map({True: "", False: ","}).astype("str")
        result = result.where(text.isna(), result.str.slice(stop=-1) + between + f'"{name}":' + text.fillna("") + "}")
    return result


def without(fields: pd.Series, names: Sequence[str]) -> pd.Series:
    """The same without what is under these names."""
    for name in names:
        fields = fields.str.replace(f'^{{"{name}":{_LIST},?|,"{name}":{_LIST}', "\x00", regex=True)
        fields = fields.mask(fields.str.startswith("\x00"), "{" + fields.str.slice(start=1)).str.replace("\x00", "", regex=False)
    return fields.astype("str")
