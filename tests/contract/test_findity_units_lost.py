"""Units that Findity shows no more, or not by what the settings name them: what is written, held and told."""

import json

import pytest

from cli.why import as_json
from destinations.base import Request
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee

further = pytest.mark.long(
    held_by="tests/contract/test_findity_units_lost.py::test_no_surprise_at_the_first_look_too_a_tree_of_less_than_what_users_are_in_is_not_believed"
)

NAMES = ("Sales", "Support", "Legal", "Finance")


@pytest.fixture(scope="module")
def box():
    with Sandbox() as running:
        yield running


@pytest.fixture
def acme(box, tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    box.switch(findity_units="documented")
    with syncing.fresh(tmp_path) as ledger:
        company = Company(box, ledger, {"organizationalUnitId": "department"}, limits=syncing.UNLIMITED)
        company.organization["units"] = [unit("root", "ACME", None), *(unit(name, name) for name in NAMES)]
        yield company


def unit(key, name, above="root", external=None):
    return {"id": key, "name": name, "externalSourceId": external, "parentId": above}


def people(**units):
    return [employee("E1", department="Sales"), *(employee(number, department=name) for number, name in units.items())]


def release(acme, night, *rows):
    held = night.drawn.plan.held_digest()
    return acme.night(*rows, request=Request(release=held, released_by="Ada", reason="looked"))


def left(*names):
    return [unit("root", "ACME", None), *(unit(name, name) for name in names)]


@further
@pytest.mark.parametrize("units", [[], left(), left("Sales"), [unit("new", "Sales", None)]], ids=["none", "a root", "half", "another tree"])
def test_no_surprise_where_most_units_are_gone_nothing_is_written_until_somebody_lets_it_pass(acme, units):
    acme.night(*people(E2="Legal"))
    acme.organization["units"] = units
    for _ in range(2):  # what is held does not count as the new measure
        night = acme.night(*people(E2="Sales", E3="Legal"))
        assert night.planned["E3"] == ("hold", "mostly_gone")
        assert acme.users_there.keys() == {"E1", "E2"}
        assert acme.users_there["E2"]["organizationalUnitId"] == "Legal"
        assert not night.findings["units"].passed
        assert "had 5" in night.facts.notices[0]
    released = release(acme, night, *people(E2="Sales", E3="Legal"))
    assert released.outcome["E3"][0] == "created"
    assert acme.night(*people(E2="Sales", E3="Legal", E4="Legal")).outcome["E4"][0] == "created"


@further
def test_a_night_on_which_a_few_units_go_is_like_any_other(acme):
    acme.night(*people(E2="Legal"))
    acme.organization["units"] = left("Sales", "Legal")
    assert acme.night(*people(E2="Sales")).outcome["E2"][0] == "updated"


def test_no_surprise_at_the_first_look_too_a_tree_of_less_than_what_users_are_in_is_not_believed(acme):
    acme.start(
        *(
            {"externalSourceId": f"X{at}", "id": f"i{at}", "email": f"x{at}@acme.example", "organizationalUnitId": f"u{at}"}
            for at in range(4)
        )
    )
    acme.organization["units"] = left()
    assert acme.night(*people()).planned["E1"][0] == "hold"


@further
def test_whoever_names_no_units_is_not_held_for_them(acme):
    acme.settings["users"] = {}
    acme.night(*people())
    acme.organization["units"] = []
    assert acme.night(*people(E2="Sales")).outcome["E2"][0] == "created"


@pytest.mark.long(held_by="tests/unit/destinations/findity/test_users.py::test_where_no_unit_has_what_names_them_nobody_is_told_one_by_one")
@pytest.mark.parametrize(("by", "said"), [("externalSourceId", "None of the 5 units at Findity has an external id"), ("name", "5 units")])
def test_where_no_unit_has_what_names_them_that_is_said_once_and_not_of_each_person(acme, by, said):
    if by == "name":
        acme.organization["units"] = [unit(f"u{at}", None, None if at == 0 else "u0") for at in range(5)]
    night = acme.night(*people(E2="Legal", E3="Sales"), users={"unit_by": by})
    assert night.facts.faults.empty
    assert said in night.findings["units"].description
    assert [one for one in night.facts.notices if said in one]
    assert night.outcome["E2"][0] == "created"


def test_units_that_hr_names_and_findity_lacks_are_one_warning_with_counts(acme):
    acme.organization["units"].append(unit("Legal2", "Legal", "Support"))
    rows = people(E2="Legal", E3="Nowhere", E4="Nowhere", E5="Suport")
    found = acme.night(*rows).findings["units"]
    assert not found.passed
    assert found.description == "4 people have no unit that is known, for 3 names that Findity has not, or has several times."
    assert found.figures == {"units at Findity": 6, "people without a known unit": 4, "names that lead to no unit": 3}
    assert "Nowhere" not in found.table.to_string()
    assert found.table["who"].tolist() == ["E2", "E3, E4", "E5"]
    assert found.table["did you mean"].fillna("-").tolist() == ["ACME/Legal; ACME/Support/Legal", "-", "ACME/Support"]


@further
def test_what_was_left_out_stands_in_the_list_for_hr_by_person_field_and_word_and_in_why(acme):
    acme.organization["units"].append(unit("Legal2", "Legal", "Support"))
    night = acme.night(*people(E2="Legal", E3="Suport"))
    rows = night.skipped[["field", "code", "word", "candidates"]]
    assert rows.loc["E2"].tolist() == ["organizationalUnitId", "unit_ambiguous", "Legal", "ACME/Legal; ACME/Support/Legal"]
    assert rows.loc["E3"].tolist() == ["organizationalUnitId", "unit_unknown", "Suport", "ACME/Support"]
    (lacking,) = acme.why("E3").chapters[0].visits[0].lacking
    assert (lacking.word, lacking.candidates) == ("Suport", "ACME/Support")
    told, shown = (json.dumps(as_json("acme", acme.why("E3"), show_values=values)) for values in (False, True))
    assert "Suport" in shown
    assert "Suport" not in told
