"""Findity's user array: what each person's user should be.

Belongs here: the fields of the Admin API's users, the desired users. Does not belong here: what of them is different there (``comparison``)
and the wire (``client``). Pure.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from destinations.findity import further_approvers, left_out, placing, taking_away
from destinations.findity.settings import FindityUsers
from destinations.findity.taking_away import PRESET_KEY, PRESET_VALUE
from roster.arrow import as_texts
from roster.people.chain import Chain
from roster.records import FieldType, compact, lists, objects, quoted
from roster.rules import evaluate
from roster.settings import Rule

FIELDS: Final[Mapping[str, FieldType]] = {
    "externalSourceId": "text",
    "firstName": "text",
    "lastName": "text",
    "email": "text",
    "personnelNumber": "text",
    "organizationalUnitId": "text",
    "role": "text",
    "locale": "text",
    "active": "boolean",
    "approverIds": "json",
    "phone": "text",
    "bankAccount": "json",
    "address": "json",
    "dimensionPresets": "json",
}
"""A user of the Admin API with its JSON types, as the vendor's page on users lists them."""


def users(roster: pd.DataFrame, chain: Chain, units: pd.DataFrame, rules: FindityUsers) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The user that each person in scope should be.

    Args:
        roster: the roster frame.
        chain: who approves for whom.
        units: ``id``, ``name``, ``externalSourceId``, ``parentId`` of the organisation's units.
        rules: where each field comes from.

    Returns:
        The users (``employee_id`` and `FIELDS`; ``approverIds`` holds employee numbers, or pseudonyms), and the faults
        (`roster.plan.facts.FAULTS`): a value at fault is left out of the user.
    """
    people = roster[roster["in_scope"] & roster["employment"].isin(["active", "leave"])].reset_index(drop=True)

    def given(rule: Rule | None) -> pd.Series:
        return evaluate(rule, people) if rule else _nothing(people.index)

    unit = placing.placed(given(rules.organizationalUnitId), units, rules.unit_by)
    desired = pd.DataFrame(
        {
            "employee_id": people["employee_id"],
            "externalSourceId": given(rules.externalSourceId) if rules.externalSourceId else people["employee_id"],
            "firstName": people["first_name"],
            "lastName": people["last_name"],
            "email": people["email"],
            "personnelNumber": given(rules.personnelNumber),
            "organizationalUnitId": unit["id"],
            "role": given(rules.role),
            "locale": given(rules.locale),
            "active": "true",
            "approverIds": _given(lists([quoted(chain.approver_of(people["employee_id"]))]), people.index),
            "phone": given(rules.phone),
            "bankAccount": _objects({key: given(rule) for key, rule in (rules.bankAccount or {}).items()}, people.index),
            "address": _objects({key: given(rule) for key, rule in (rules.address or {}).items()}, people.index),
            "dimensionPresets": _presets({key: given(rule) for key, rule in (rules.dimensionPresets or {}).items()}, people.index),
        }
    ).astype("str")
    desired, unable = further_approvers.with_further(taking_away.cleared(desired, people, chain, rules), people, chain, rules)
    return desired, pd.concat([left_out.values(rules, people, unit, units), unable], ignore_index=True)


def _objects(parts: Mapping[str, pd.Series], index: pd.Index) -> pd.Series:
    """JSON objects of what is given for each key; missing where nothing is."""
    return _given(objects(parts, dict.fromkeys(sorted(parts), "text")), index) if parts else _nothing(index)


def _presets(parts: Mapping[str, pd.Series], index: pd.Index) -> pd.Series:
    """JSON lists of dimension presets; missing where nothing is given."""
    begun = {key: compact({PRESET_KEY: key})[:-1] + f',"{PRESET_VALUE}":' for key in parts}
    each = [quoted(part, begun[key], "}") for key, part in parts.items()]
    return _given(lists(each), index) if each else _nothing(index)


def _given(json: pa.Array, index: pd.Index) -> pd.Series:
    return as_texts(pc.if_else(pc.less_equal(pc.binary_length(json), 2), None, json), index)


def _nothing(index: pd.Index) -> pd.Series:
    return pd.Series(np.nan, index=index, dtype="str")
