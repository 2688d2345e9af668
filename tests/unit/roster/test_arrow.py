"""Text columns as Arrow has them."""

import pandas as pd

from roster.arrow import PLAIN, as_array, as_texts, beside, changed, joined


def texts(*values):
    return pd.Series(list(values), dtype="str")


def test_what_stands_beside_the_known_signs_is_told_of_these_texts_alone():
    cells = texts("å", "ab", None, "c d", "é")
    assert beside(as_array(cells), PLAIN).decode() == "å é"
    assert beside(as_array(cells.iloc[1:4]), PLAIN) == b" "
    assert beside(as_array(cells.iloc[1:3]), PLAIN) == b""
    assert beside(as_array(texts()), PLAIN) == beside(as_array(texts(None)), PLAIN) == b""


def test_a_column_of_several_pieces_is_one():
    assert as_array(pd.concat([texts("a"), texts(None, "b")])).to_pylist() == ["a", None, "b"]


def test_texts_are_joined_where_none_is_missing():
    found = joined("<", as_array(texts("a", None)), ">")
    pd.testing.assert_series_equal(as_texts(found, pd.Index([7, 8])), texts("<a>", None).set_axis([7, 8]))


def test_each_distinct_text_is_asked_once():
    asked = []
    found = changed(texts("a", None, "b", "a").set_axis([3, 4, 5, 6]), lambda text: asked.append(text) or {"a": "A"}.get(text))
    pd.testing.assert_series_equal(found, texts("A", None, None, "A").set_axis([3, 4, 5, 6]))
    assert asked == ["a", "b"]
