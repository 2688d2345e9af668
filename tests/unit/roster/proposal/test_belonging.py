"""By which column people seem to be divided among policies or units, and the open rule that a draft gets for it."""

import pandas as pd
import pytest
import yaml

from destinations.expensify import draft as expensify
from destinations.findity import draft as findity
from roster.proposal.belonging import MOST, Division, division
from roster.proposal.mapped import Mapped
from roster.rules import evaluate
from roster.settings import Rule


def divided(**columns: list[str | None]) -> Division | None:
    return division(pd.DataFrame(columns, dtype="str"), lambda column: column if column in columns else None)


def test_the_company_divides_people_before_the_country_does() -> None:
    assert divided(country=["SE", "NO"] * 4, company_code=["1000", "1000", "2000", None] * 2) == Division("company_code", ["1000", "2000"])
    assert divided(country=["se", "NO", "no", "NO"] * 4) == Division("country", ["NO", "SE"]), "as the roster has them"


@pytest.mark.parametrize(
    "words",
    [
        ["Acme"] * 6,
        [None] * 6,
        [f"C{number}" for number in range(MOST + 1)] * 3,
        ["A", "B", "C", "D"],
        ["ann@acme.example", "bo@acme.example"] * 3,
        ["one\ntwo", "three"] * 3,
        ["x" * 61, "y"] * 3,
    ],
    ids=["one", "none", "many", "everyone's own", "addresses", "lines", "texts"],
)
def test_a_column_that_divides_nobody_is_passed_over(words: list[str | None]) -> None:
    assert divided(company_code=words) is None
    found = divided(company_code=words, country=(["SE", "NO"] * 60)[: len(words)])
    assert (found and found.column) == "country"


def test_country_words_that_are_no_country_get_no_line() -> None:
    assert divided(country=["SE", "NO", "Sweden"] * 3) == Division("country", ["SE", "NO"])


def test_the_rule_has_one_open_line_for_each_word_and_reads_it_as_the_roster_does() -> None:
    words = ["NO", "1000", "1e3", "null", "Ek & Co: söner", "#1", "true"]
    text = Division("company_code", words).rule("  ")
    assert [line.endswith(": FILL-IN") for line in text.splitlines()[2:]] == [True] * len(words)
    read = yaml.safe_load(text)
    assert read == {"column": "company_code", "lookup": dict.fromkeys(words, "FILL-IN")}
    rule = Rule.model_validate({**read, "lookup": {word: f"policy {word}" for word in read["lookup"]}})
    got = evaluate(rule, pd.DataFrame({"company_code": [*words, "another"]}, dtype="str"))
    assert got.iloc[:-1].tolist() == [f"policy {word}" for word in words]
    assert got.isna().iloc[-1], "another word gets nothing"


def test_each_destination_offers_it_where_no_other_column_says_it() -> None:
    by_company = Division("company_code", ["1000", "2000"])
    open_rule = {"column": "company_code", "lookup": {"1000": "FILL-IN", "2000": "FILL-IN"}}

    def of(word: str, module: object, *columns: str, divided: Division | None) -> dict[str, object]:
        text = module.draft(Mapped(lambda column: column in columns, division=divided))  # type: ignore[attr-defined]
        part: dict[str, object] = yaml.safe_load(text)[word]
        return part

    assert of("expensify", expensify, divided=by_company)["feed"] == {"policyID": open_rule}
    assert of("expensify", expensify, divided=None)["feed"] == {"policyID": {"constant": "FILL-IN"}}
    assert of("findity", findity, "phone", divided=by_company)["users"] == {"organizationalUnitId": open_rule, "phone": "phone"}
    assert of("findity", findity, "department", divided=by_company)["users"] == {"organizationalUnitId": "department"}
    assert of("findity", findity, divided=None)["users"] == {"personnelNumber": "employee_id"}
