"""Rows as an API's records: right JSON types, absent rather than null."""

import orjson
import pandas as pd

from roster.records import compact, to_json, to_records
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


def test_whatever_stands_in_a_text_is_that_text_again():
    said = ['a "b" \\ c', "line\nend\t\x01\x1f\x7f", "Åsa 👩 \u2028", "plain"]
    frame = texts([{"name": text} for text in said], FIELDS)
    assert [record["name"] for record in to_records(frame, FIELDS)] == said
    assert to_json(frame.iloc[1:3], FIELDS) == orjson.dumps([{"name": text} for text in said[1:3]])


def test_a_record_of_which_nothing_is_given_is_one_all_the_same():
    frame = texts([{}, {"name": "A"}, {}], FIELDS)
    assert to_json(frame, FIELDS) == b'[{},{"name":"A"},{}]'
    assert to_json(frame, {"other": "text"}) == b"[{},{},{}]"


def test_no_rows_give_no_records():
    assert to_records(texts([], FIELDS), FIELDS) == []


def test_equal_values_are_equal_texts():
    assert compact({"b": "Å", "a": [1]}) == compact({"a": [1], "b": "Å"}) == '{"a":[1],"b":"Å"}'
    assert pd.isna(texts([{}], ["a"])["a"][0])
