"""Rows as an API's records: right JSON types, absent rather than null."""

import pandas as pd

from roster.records import compact, to_records
from tests.unit.roster.frames import stored, texts

FIELDS = {"name": "text", "limit": "integer", "gone": "boolean", "more": "json"}


def test_each_field_gets_its_json_type():
    frame = texts([{"name": "A", "limit": "12300", "gone": "false", "more": '["P2"]'}], FIELDS)
    assert to_records(frame, FIELDS) == [{"name": "A", "limit": 12300, "gone": False, "more": ["P2"]}]


def test_what_is_missing_is_left_out_of_that_record_only():
    frame = texts([{"name": "A"}, {"limit": "1"}, {}], FIELDS)
    assert to_records(frame, FIELDS) == [{"name": "A"}, {"limit": 1}, {}]
    assert to_records(stored(frame), FIELDS) == to_records(frame, FIELDS)


def test_columns_that_are_no_fields_and_fields_that_are_no_columns_are_passed_over():
    assert to_records(texts([{"person": "1", "name": "A"}], ("person", "name")), FIELDS) == [{"name": "A"}]


def test_rows_keep_their_order_whatever_their_index():
    frame = texts([{"name": "A"}, {"name": "B"}], FIELDS).set_axis([7, 7])
    assert to_records(frame, FIELDS) == [{"name": "A"}, {"name": "B"}]


def test_no_rows_give_no_records():
    assert to_records(texts([], FIELDS), FIELDS) == []


def test_equal_values_are_equal_texts():
    assert compact({"b": "Å", "a": [1]}) == compact({"a": [1], "b": "Å"}) == '{"a":[1],"b":"Å"}'
    assert pd.isna(texts([{}], ["a"])["a"][0])
