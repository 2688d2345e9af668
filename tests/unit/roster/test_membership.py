"""Whether texts are among others."""

import numpy as np
import pandas as pd

from roster.membership import among, looked_up, places, rows_at


def texts(*values):
    return pd.Series(list(values), dtype="str")


def test_a_text_is_among_others_whatever_their_order_and_number():
    assert among(texts("a", "b", "A"), texts("b", "b", "a")).tolist() == [True, True, False]


def test_what_is_missing_is_among_nobody_not_even_the_missing():
    assert among(texts("a", None), texts(None, "a")).tolist() == [True, False]


def test_the_answer_is_boolean_and_on_the_index_of_the_question():
    found = among(texts("a", "b").set_axis([7, 9]), texts("b"))
    assert (found.index.tolist(), found.dtype) == ([7, 9], np.bool_)
    assert among(texts(), texts()).dtype == np.bool_


def test_each_text_has_what_the_table_has_at_it_and_nothing_where_that_is_nothing():
    found = looked_up(texts("b", None, "c", "b").set_axis([3, 4, 5, 6]), texts("1", "2", None).set_axis(texts("a", "b", "c")))
    pd.testing.assert_series_equal(found, texts("2", None, None, "2").set_axis([3, 4, 5, 6]))


def test_nobody_is_found_in_a_table_of_nobody_whatever_its_type():
    nobody = pd.Series([], index=pd.Index([]), dtype="object")
    pd.testing.assert_series_equal(looked_up(texts("a", None), nobody), texts(None, None))


def test_what_is_missing_is_at_no_place_not_even_that_of_what_is_missing():
    assert places(texts("b", None, "x"), texts(None, "b")).to_pylist() == [1, None, None]


def test_a_few_are_found_among_many_where_they_first_stand():
    many = texts(*(f"n{number % 90}" for number in range(100)), None)
    few = texts("n7", None, "x", "n89", "n7").set_axis([5, 4, 3, 2, 1])
    assert places(few, many).to_pylist() == [7, None, None, 89, 7]
    assert among(few, many).tolist() == [True, False, False, True, True]
    assert places(texts(None), many).to_pylist() == [None]


def test_rows_are_looked_up_as_one_column_is():
    table = pd.DataFrame({"one": texts("1", None), "two": texts("x", "y")}).set_axis(texts("a", "b"))
    asked = texts("b", None, "c", "a").set_axis([3, 4, 5, 6])
    pd.testing.assert_frame_equal(rows_at(asked, table), pd.DataFrame({name: looked_up(asked, table[name]) for name in table}))
    assert rows_at(asked, table[[]]).index.tolist() == [3, 4, 5, 6]
