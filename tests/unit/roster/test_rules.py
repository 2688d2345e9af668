import pandas as pd
import pytest
import yaml

from roster.rules import MissingColumn, evaluate, matches
from roster.settings import Rule


@pytest.fixture
def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "first": ["Ann", "Bo", None],
            "last": ["Li", None, "Ek"],
            "grade": ["1", "2", "9"],
            "country": ["SE", "NO", None],
        },
        index=[2, 3, 7],
        dtype="str",
    )


def given(rule: object, people: pd.DataFrame) -> list[str | None]:
    result = evaluate(Rule.model_validate(rule), people)
    assert result.dtype == "str"
    assert list(result.index) == list(people.index)
    return [None if pd.isna(value) else value for value in result]


def test_a_bare_name_takes_the_column(people: pd.DataFrame) -> None:
    assert given("first", people) == ["Ann", "Bo", None]


def test_of_several_columns_the_first_that_is_not_empty_counts(people: pd.DataFrame) -> None:
    assert given({"columns": ["last", "first"]}, people) == ["Li", "Bo", "Ek"]


def test_constants_become_text_and_lists_become_json(people: pd.DataFrame) -> None:
    assert given({"constant": True}, people) == ["true"] * 3
    assert given({"constant": 5}, people) == ["5"] * 3
    assert given({"constant": ["A", "Å"]}, people) == ['["A","Å"]'] * 3


def test_a_template_is_empty_as_soon_as_one_part_is(people: pd.DataFrame) -> None:
    assert given({"template": "{first}.{last}@x"}, people) == ["Ann.Li@x", None, None]
    assert given({"template": "{first}-{last}", "default": "?"}, people) == ["Ann-Li", "?", "?"]
    assert given({"template": "{first}-{last}", "default": ""}, people) == ["Ann-Li", None, None]


def test_the_first_case_that_matches_gives_the_value(people: pd.DataFrame) -> None:
    cases = [
        {"when": {"grade": ["1", "2"], "country": "SE"}, "value": "nordic lead"},
        {"when": {"grade": ["1", "2"]}, "value": "lead"},
    ]
    assert given({"cases": cases}, people) == ["nordic lead", "lead", None]
    assert given({"cases": cases, "default": "staff"}, people) == ["nordic lead", "lead", "staff"]


def test_values_translates_what_it_lists_and_lets_the_rest_pass(people: pd.DataFrame) -> None:
    assert given({"column": "grade", "values": {"1": "one", "2": ""}}, people) == ["one", None, "9"]


def test_lookup_gives_nothing_for_what_it_does_not_list(people: pd.DataFrame) -> None:
    assert given({"column": "grade", "lookup": {"1": 10, "2": ["a", "b"]}}, people) == ["10", '["a","b"]', None]
    assert given({"column": "country", "lookup": {"SE": "Sweden"}, "default": "abroad"}, people) == ["Sweden", "abroad", "abroad"]


def test_an_empty_text_among_the_accepted_values_stands_for_empty(people: pd.DataFrame) -> None:
    assert list(matches({"country": ["SE", ""]}, people)) == [True, False, True]
    assert list(matches({"country": ["SE", ""], "grade": ["9"]}, people)) == [False, False, True]


@pytest.mark.parametrize(
    "rule", ["gone", {"columns": ["first", "gone"]}, {"template": "{gone}"}, {"cases": [{"when": {"gone": "1"}, "value": 1}]}]
)
def test_a_column_that_is_not_there_is_named_together_with_the_rule(rule: object, people: pd.DataFrame) -> None:
    with pytest.raises(MissingColumn, match=r"findity\.role names the column 'gone'"):
        evaluate(Rule.model_validate(rule), people, "findity.role")


def test_a_rule_works_on_no_rows_at_all(people: pd.DataFrame) -> None:
    assert given({"column": "grade", "values": {"1": "one"}}, people.iloc[:0]) == []
    assert given({"template": "{first}"}, people.iloc[:0]) == []


@pytest.mark.parametrize("written", ["0100", "2024-01-01", "1.50"])
def test_what_yaml_takes_for_something_else_than_text_must_be_quoted(written: str) -> None:
    with pytest.raises(ValueError, match="value 2 is no text: put it in quotes"):
        Rule.model_validate(yaml.safe_load(f"cases: [{{when: {{grade: [A, {written}]}}, value: x}}]"))
    assert Rule.model_validate(yaml.safe_load(f"cases: [{{when: {{grade: [A, '{written}']}}, value: x}}]"))


@pytest.mark.parametrize(
    "rule",
    [
        "department",
        {"columns": ["department", "country"]},
        {"column": "department", "lookup": {"Sales": "S"}, "default": "none"},
        {"template": "{country}-{department}"},
        {"cases": [{"when": {"department": "Sales"}, "value": "a"}], "default": "user"},
    ],
)
def test_no_surprise_what_could_not_be_read_is_not_what_is_empty(rule: object) -> None:
    frame = pd.DataFrame(
        {"department": [None, None, None], "country": ["SE", "SE", "SE"], "unread": ["phone|department", "departments", None]}, dtype="str"
    )
    found = given(rule, frame)
    assert found[0] is None
    assert found[1:] == given(rule, frame.drop(columns="unread"))[1:]
