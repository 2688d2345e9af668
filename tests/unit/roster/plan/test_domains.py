"""An address of a domain that nobody has vouched for waits for a release."""

import pandas as pd
import pytest
from pydantic import TypeAdapter, ValidationError

from roster.plan.decision import RELEASABLE
from roster.plan.domains import Domain, domains
from roster.plan.limits import Limits
from roster.reports.reasons import REASONS
from tests.unit.roster.frames import Night, acknowledged, decided, let_go, member, members, person, recalled, roster, sent, user, users

KNOWN = recalled(roster(*map(person, "123")), n1="1@acme.example", n2="2@acme.example", n3="3@acme.example")
THERE = members(*(member(str(n)) for n in range(1, 4)))
HELD = ("hold", "new_domain")


def night(address, *others, known=KNOWN, listed=None, **cells):
    rows = [person("1", email=address, **cells), person("2"), person("3"), *others]
    circumstances = {"email_domains": None if listed is None else frozenset(listed)}
    return Night(roster(*rows), acknowledged=known, circumstances=circumstances)


def told(address, *others, **more):
    return decided(night(address, *others, **more).expensify(THERE)[0])


def test_no_surprise_an_address_that_moves_to_a_domain_that_nobody_had_is_held():
    plan = night("1@evil.example").expensify(THERE)[0]
    assert decided(plan)["1"] == HELD
    assert "email" in plan.people.set_index("person")["kinds"]["1"]
    assert "evil" not in str(plan.people["detail"].tolist())
    assert ["email", 0, 1] in plan.figures[["kind", "planned", "held"]].to_numpy().tolist()
    assert HELD[1] in RELEASABLE and HELD[1] in REASONS


@pytest.mark.parametrize("address", ["one@acme.example", "One@ACME.Example"])
def test_another_address_of_a_domain_that_somebody_had_is_none_of_this(address):
    assert told(address)["1"] == "update"


@pytest.mark.parametrize("address", ["1@mail.acme.example", "1@acme.example.org", "1@cme.example"])
def test_a_domain_is_whole(address):
    assert told(address)["1"] == HELD
    assert told(address, listed=["acme.example"])["1"] == HELD


def test_a_domain_that_the_settings_name_is_known():
    assert told("1@new.example", listed=["acme.example", "new.example"])["1"] == "update"


def test_a_domain_that_only_strangers_or_joiners_have_is_new():
    stranger = members(*(member(str(n)) for n in range(1, 4)), member(None, "x@evil.example"))
    found = decided(night("1@evil.example", person("4", email="4@evil.example")).expensify(stranger)[0])
    assert (found["1"], found["4"]) == (HELD, "create")


def test_a_domain_that_somebody_has_there_is_known_though_the_settings_do_not_name_it():
    there = members(*(member(str(n)) for n in range(1, 4)), member("4", "4@second.example"))
    known = pd.concat([KNOWN, acknowledged(("4", "4@second.example", True))], ignore_index=True)
    people = night("1@second.example", person("4", email="4@second.example"), known=known, listed=["acme.example"])
    assert decided(people.expensify(there)[0])["1"] == "update"


def test_joiners_wait_only_where_the_settings_name_domains():
    joiner = person("4", email="4@elsewhere.example")
    assert told("1@acme.example", joiner)["4"] == "create"
    assert told("1@acme.example", joiner, listed=["acme.example"])["4"] == HELD
    assert told("1@acme.example", person("4"), listed=["acme.example"])["4"] == "create"


def test_whoever_needs_a_held_joiner_waits_with_them():
    found = told("1@acme.example", person("4", email="4@else.example"), person("5", manager_id="4"), listed=["acme.example"])
    assert (found["4"], found["5"]) == (HELD, ("hold", "depends_on_held"))


def test_somebody_who_comes_back_under_a_new_domain_waits_and_under_their_own_does_not():
    known = pd.concat([KNOWN, acknowledged(("4", "4@old.example", False))], ignore_index=True)
    for address, wanted in (("4@evil.example", HELD), ("4@old.example", "reactivate"), ("4@acme.example", "reactivate")):
        assert told("1@acme.example", person("4", email=address), known=known)["4"] == wanted


def test_who_comes_back_of_whom_no_former_address_is_known_is_as_a_joiner():
    for listed, wanted in ((None, "reactivate"), (["other.example"], HELD)):
        assert decided(night("1@acme.example", known=acknowledged(("1", "1", True)), listed=listed).findity(users())[0])["1"] == wanted


def test_no_surprise_findity_too():
    there = users(*(user(str(n)) for n in range(1, 4)))
    people = night("1@evil.example", known=acknowledged(*((str(n), str(n), True) for n in range(1, 4))))
    assert decided(people.findity(there)[0])["1"] == HELD


def test_who_waits_for_the_domain_does_not_count_against_the_limits_of_everybody_else():
    strange = [person(str(n), email=f"{n}@elsewhere.example") for n in range(4, 16)]
    people = night("1@acme.example", *strange, person("20"), listed=["acme.example"])
    people.circumstances["limits"] = Limits().by_kind(first=False)
    found = decided(people.expensify(THERE)[0])
    assert (found["4"], found["20"]) == (HELD, "create")


def test_a_release_lets_go_of_them():
    plan = night("1@evil.example", person("4", email="4@evil.example"), listed=["acme.example"]).expensify(THERE)[0]
    assert decided(plan)["1"] == decided(plan)["4"] == HELD
    assert {record["employeeEmail"] for record in sent(let_go(plan))} == {"1@evil.example", "4@evil.example"}


# What settings may name


@pytest.mark.parametrize(("name", "kept"), [("acme.example", "acme.example"), ("mail.acme-1.co.uk", "mail.acme-1.co.uk")])
def test_a_domain_is_taken_as_it_is(name, kept):
    assert TypeAdapter(Domain).validate_python(name) == kept


def test_a_domain_with_other_letters_is_the_same_however_it_is_written():
    for name in ("åkerholt.example", "xn--kerholt-dxa.example"):
        assert TypeAdapter(Domain).validate_python(name) == "xn--kerholt-dxa.example"
    found = domains(pd.Series(["a@Åkerholt.example", "b@xn--kerholt-dxa.EXAMPLE", None, "nobody"], dtype="str"))
    assert found.tolist()[:2] == ["xn--kerholt-dxa.example"] * 2 and found.isna().tolist() == [False, False, True, True]
    assert told("1@åkerholt.example", listed=["xn--kerholt-dxa.example"])["1"] == "update"


@pytest.mark.parametrize(
    "name",
    ["@acme.example", "a@acme.example", "Acme.example", "*.acme.example", "acme", "", " acme.example", "acme..example", "acme.example."],
)
def test_what_is_no_domain_is_refused_without_showing_it(name):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(list[Domain]).validate_python(["acme.example", name])
    assert "domain" in str(caught.value)
