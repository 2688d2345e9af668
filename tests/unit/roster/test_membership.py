"""Whether texts are among others."""

import numpy as np
import pandas as pd

from roster.membership import among


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
