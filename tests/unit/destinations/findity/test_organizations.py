"""What the settings may say of several organizations, and that each is a destination of its own."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from assets import neighbours
from destinations import registry
from destinations.abilities import Divided
from destinations.findity.settings import Settings
from destinations.parts import counts
from resources.environment import EnvText
from resources.ledger import Ledger
from roster import parts
from tests.unit.roster.frames import person, roster

SECRET = {"client_id": "id", "client_secret": {"env": "FINDITY_SECRET"}}
SEVERAL = {word: {"connection": {"organization": f"acme-{word}", **SECRET}} for word in ("se", "no")}
BELONGING = {"organization": "company_code"}


def settings(**given: Any) -> Settings:
    return Settings.model_validate({"users": {}, "organizations": SEVERAL, "belonging": BELONGING, **given})


def test_each_organization_is_a_destination_of_its_own_with_the_rules_of_all_or_its_own() -> None:
    own = {**SEVERAL, "no": {**SEVERAL["no"], "users": {"phone": "phone"}}}
    found = registry.parts("findity", settings(users={"locale": "locale"}, organizations=own))
    assert list(found) == ["findity_se", "findity_no"]
    assert [one.users.locale is None for one in found.values()] == [False, True]  # type: ignore[attr-defined]
    built = [registry.build(name, one) for name, one in found.items()]
    assert [(one.name, one.title) for one in built] == [("findity_se", "Findity se"), ("findity_no", "Findity no")]
    assert [one.siblings for one in built if isinstance(one, Divided)] == [["findity_no"], ["findity_se"]]


STEP = [{"employee": "E1"}]
COST = {"COST": {"name": "Cost center", "approvers": STEP}}
OF_NO = {"approval": "dimensions", "dimensions": COST}


def test_an_organization_may_have_approval_and_dimensions_of_its_own() -> None:
    found = registry.parts("findity", settings(organizations={**SEVERAL, "no": {**SEVERAL["no"], **OF_NO}}))
    assert [one.approval for one in found.values()] == [["approverIds"], ["dimensions"]]  # type: ignore[attr-defined]
    assert [list(one.dimensions) for one in found.values()] == [[], ["COST"]]  # type: ignore[attr-defined]
    none = settings(**OF_NO, organizations={**SEVERAL, "no": {**SEVERAL["no"], "approval": "approverIds", "dimensions": {}}})
    assert [list(one.dimensions) for one in registry.parts("findity", none).values()] == [["COST"], []]  # type: ignore[attr-defined]


def test_a_company_with_one_organization_has_the_destination_whole() -> None:
    one = Settings.model_validate({"users": {}, "connection": SEVERAL["se"]["connection"]})
    assert list(registry.parts("findity", one)) == ["findity"]
    built = registry.build("findity", one)
    assert (built.name, built.title) == ("findity", "Findity")
    assert isinstance(built, Divided)
    assert not built.siblings


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"connection": SEVERAL["se"]["connection"]}, "with organizations each has a connection of its own"),
        ({"belonging": None}, "belonging must say who belongs to which"),
        ({"organizations": None}, "connection is needed, or organizations"),
        ({"organizations": None, "connection": SEVERAL["se"]["connection"]}, "belonging goes with organizations"),
        ({"organizations": {"SE": SEVERAL["se"]}}, "should match pattern"),
        ({"organizations": {"north_east": SEVERAL["se"]}}, "should match pattern"),
        ({"organizations": {}}, "at least 1 item"),
        ({"organizations": {"se": {"users": {}}}}, "Field required"),
        ({"organizations": {"se": SEVERAL["se"], False: SEVERAL["no"]}}, "goes in quotes"),
        ({"organizations": {"se": SEVERAL["se"], "no": SEVERAL["se"]}}, "organizations se and no are the same organization"),
        ({"belonging": {**BELONGING, "withheld": ["email"]}}, "Input should be"),
        ({"belonging": {}}, "Field required"),
        (
            {"organizations": {**SEVERAL, "no": {**SEVERAL["no"], "dimensions": COST}}},
            "of organization no, approval: dimensions and approvers of a dimension's values go together",
        ),
        ({"units": "create"}, "of organization se, units: create needs users.organizationalUnitId"),
    ],
)
def test_a_mistake_is_told_and_no_value_of_it(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as told:
        settings(**given)
    assert message in str(told.value)
    assert "acme-se" not in str(told.value)


def test_counts_say_who_would_go_where_and_what_is_not_known() -> None:
    built = [registry.build(name, one) for name, one in registry.parts("findity", settings()).items()]
    words = ["se", "se;no", "NO", "xx", None, "no;xx"]
    people = roster(*(person(f"E{number}", company_code=word) for number, word in enumerate(words)))
    found = [("Findity se", 2), ("Findity no", 3), ("organization_empty", 1), ("organization_unknown", 2)]
    assert sorted(counts(built, people)) == sorted(found)
    assert counts(built[:0], people) == []


def test_a_table_of_words_may_name_several_and_what_it_does_not_list_is_unknown() -> None:
    rule = {"column": "company_code", "lookup": {"100": "se", "300": ["se", "no"]}}
    name, own = next(iter(registry.parts("findity", settings(belonging={"organization": rule})).items()))
    at = registry.build(name, own)
    assert isinstance(at, Divided)
    placed = at.placed(roster(*(person(f"E{word}", company_code=word) for word in ("100", "300", "500", None))))
    assert placed["place"].tolist() == [parts.HERE, parts.HERE, "organization_unknown", "organization_empty"]
    assert placed["parts"].tolist()[:2] == ['["findity_se"]', '["findity_se", "findity_no"]']


def test_no_company_has_what_another_has_as_one_of_several(tmp_path: Path) -> None:
    whole = Settings.model_validate({"users": {}, "connection": SEVERAL["no"]["connection"]})
    keys = {
        name: [one.key for one in registry.identities(name, own, EnvText.resolve)]
        for name, own in registry.parts("findity", settings()).items()
    }
    theirs = [one.key for one in registry.identities("findity", whole, EnvText.resolve)]
    path = str(tmp_path / "ledger.db")
    with Ledger.open(path, "acme") as acme, Ledger.open(path, "other") as other:
        for name, claimed in keys.items():
            assert acme.claims.take(name, claimed) == {}
        assert other.claims.take("findity", theirs) == dict.fromkeys(theirs, "acme")
        assert acme.claims.lacking("findity_se", keys["findity_se"]) == []


def test_two_companies_that_name_one_organization_are_told_though_one_has_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = {"findity_se": {"a": "organization"}, "findity_no": {"b": "organization"}}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "defs.yaml").touch()
    monkeypatch.setattr(neighbours, "_named", lambda _: mine)
    monkeypatch.setattr(neighbours, "_named_in", lambda *_: {"findity": {"b": "organization"}})
    found = neighbours.shared(tmp_path / "acme", None)  # type: ignore[arg-type]
    assert list(found) == ["findity_no"]
    assert "The organization at Findity no is also that of company 'other'" in found["findity_no"]


def test_whoever_belongs_to_two_others_leaves_once_both_have_them() -> None:
    placed = pd.DataFrame({"employee_id": ["E1"], "place": [parts.ELSEWHERE], "parts": ['["b","c"]']})
    ours, nobody = pd.Series(["E1"]), pd.Series([], dtype="str")
    assert parts.kept(placed, ours, {"b": ours, "c": nobody})["reason"].tolist() == [parts.JOINING]
    assert parts.kept(placed, ours, {"b": ours, "c": ours}).empty
    assert parts.kept(placed, nobody, {"b": ours, "c": ours})["reason"].tolist() == [parts.NOT_PUT]
