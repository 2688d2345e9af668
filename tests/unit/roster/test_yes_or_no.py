"""Words for yes and no: what a condition makes of them, and of what is neither."""

import pandas as pd
import pytest
from pydantic import ValidationError

from roster.rules import evaluate, matches
from roster.settings import Rule
from roster.yes_or_no import doubtful, says
from tests.unit.roster.intake.test_intake import COLUMNS, dispositions, intake, line


@pytest.mark.parametrize(
    "word", ["yes", "Y", "TRUE", "ja", "Oui", "sí", "Si", "kyllä", "x", "X", "1", "on", "wahr", "vrai", "sant", " Ja "]
)
def test_a_word_for_yes_is_one_in_any_language_and_case(word):
    assert says(word) is True


@pytest.mark.parametrize("word", ["no", "N", "False", "nein", "Non", "nej", "nei", "EI", "0", "off", "falsch", "faux"])
def test_a_word_for_no_is_one_in_any_language_and_case(word):
    assert says(word) is False


@pytest.mark.parametrize("word", ["", "maybe", "?", "-", "2", "yes and no", "N/A", "10", "jaa"])
def test_any_other_word_is_neither(word):
    assert says(word) is None


def rows(*cells):
    return pd.DataFrame({"Blocked": pd.Series(cells, dtype="str")})


def test_true_stands_for_every_word_for_yes_and_not_for_an_empty_cell():
    assert matches({"Blocked": [True]}, rows("ja", "nein", None, "vielleicht")).tolist() == [True, False, False, False]
    assert matches({"Blocked": [False]}, rows("ja", "nein", None, "vielleicht")).tolist() == [False, True, False, False]
    assert matches({"Blocked": [False, ""]}, rows("ja", "nein", None, "vielleicht")).tolist() == [False, True, True, False]


def test_no_surprise_a_rule_gives_nothing_and_no_default_where_a_word_is_neither():
    rule = Rule.model_validate({"cases": [{"when": {"Blocked": True}, "value": "out"}], "default": "in"})
    assert evaluate(rule, rows("oui", "x", "non", None, "peut-être")).fillna("").tolist() == ["out", "out", "in", "in", ""]


def test_a_word_that_may_mean_what_is_asked_and_is_not_named_is_doubtful():
    cells = rows("ja", "nein", None, "vielleicht")
    assert doubtful({"Blocked": [True]}, cells).tolist() == [False, False, False, True]
    assert doubtful({"Blocked": ["X"]}, cells).tolist() == [True, False, False, False]
    assert not doubtful({"Blocked": ["ja"]}, rows("Ja", "JA", "no")).any()
    assert not doubtful({"Blocked": ["T"]}, rows("1", "Y", "J", "C")).any(), "letters are codes"


@pytest.mark.parametrize(("accepted", "word"), [([True], "perhaps"), (["Y"], "Yes")])
@pytest.mark.parametrize("how", ["include", "exclude"])
def test_no_surprise_who_may_be_in_scope_by_a_word_that_nobody_named_is_rejected_and_told(how, accepted, word):
    given = {"columns": COLUMNS | {"extra_in": "Kind"}, "scope": {how: {"extra_in": accepted}}}
    result = intake(line("1", Kind=word), line("2", Kind="Y"), line("3", Kind="N"), **given)
    assert result.rejects[["line", "column", "code"]].to_numpy().tolist() == [[2, "extra_in", "yes_or_no"]]


def test_what_yaml_made_a_number_of_is_refused_as_ever():
    with pytest.raises(ValidationError, match="no text"):
        Rule.model_validate({"cases": [{"when": {"Blocked": 1}, "value": "out"}]})


BLOCKED = COLUMNS | {"extra_blocked": {"column": "Kind", "yes_or_no": True}}


def test_a_column_of_yes_and_no_reads_true_and_false_and_tells_what_is_neither():
    result = intake(*(line(str(at), Kind=word) for at, word in enumerate(["ja", "Nei", "", "kanske"], 1)), columns=BLOCKED)
    assert result.roster["extra_blocked"].fillna("").tolist() == ["true", "false", "", ""]
    assert result.roster["unread"].fillna("").tolist() == ["", "", "", "extra_blocked"]
    assert result.notes[["line", "column", "code", "value"]].to_numpy().tolist() == [[5, "extra_blocked", "yes_or_no", "kanske"]]


def test_no_surprise_where_scope_asks_for_yes_a_word_that_is_neither_costs_the_row():
    scope = {"exclude": {"extra_blocked": True}}
    result = intake(*(line(str(at), Kind=word) for at, word in enumerate(["ja", "Nei", "kanske"], 1)), columns=BLOCKED, scope=scope)
    assert [dispositions(result)[at][1] for at in (2, 3, 4)] == ["out_of_scope", "used", "rejected"]


def test_no_surprise_a_status_by_yes_and_no_rejects_a_row_with_another_word_and_tells_it():
    status = {"cases": [{"when": {"Kind": True}, "value": "Terminated"}], "default": "Active"}
    result = intake(*(line(str(at), Kind=word) for at, word in enumerate(["x", "", "hm"], 1)), columns=COLUMNS | {"worker_status": status})
    assert result.roster["employment"].tolist() == ["left", "active"]
    assert dispositions(result)[4][1:] == ("rejected", "yes_or_no")
    assert result.rejects["value"].tolist() == ["hm"]
