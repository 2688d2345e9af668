"""The part of an exhaustive set that is run every time."""

from itertools import product
from types import SimpleNamespace

from tests.soak import CASES, SET, WHOLE, fewest, pairs, summary, tenth

CASES_OF = list(product("abcdefgh", "ABCD", "123", "xy"))


def test_every_kind_is_there_in_about_as_few_cases_as_it_takes():
    found = tenth(CASES_OF, pairs)
    assert {kind for case in found for kind in pairs(case)} == {kind for case in CASES_OF for kind in pairs(case)}
    assert 8 * 4 <= len(found) <= 8 * 4 + 4


def test_what_is_run_whole_elsewhere_has_each_kind_in_the_fewest_cases():
    assert fewest(range(200), lambda number: {number % 2}) == (list(range(200)) if WHOLE else [0, 1])
    assert fewest([], pairs) == []


def test_of_two_that_have_the_same_kinds_the_cheaper_is_taken():
    long, short = ("long", "ab"), ("short", "ba")
    assert tenth([long, short], lambda case: case[1]) == [long]
    assert tenth([long, short], lambda case: case[1], lambda case: len(case[0])) == [long]
    assert tenth([short, long], lambda case: case[1], lambda case: {"long": 9, "short": 1}[case[0]]) == [short]
    assert tenth([long, short], lambda case: case[1], lambda case: {"long": 9, "short": 1}[case[0]]) == [short]


def test_it_is_a_tenth_where_fewer_have_every_kind_and_comes_from_everywhere():
    numbers = range(200)
    found = tenth(numbers, lambda number: {number % 2})
    assert len(found) == 20
    assert found == sorted(set(found))
    assert sum(number >= 100 for number in found) >= 8


def test_the_choice_is_the_same_every_time_and_nothing_is_chosen_of_nothing():
    assert tenth(CASES_OF, pairs) == tenth(CASES_OF, pairs)
    assert tenth([], pairs) == []


def report(name, when="call", duration=1.0, skipped=False, **more):
    properties = [(SET, name), *more.items()] if name else []
    return SimpleNamespace(user_properties=properties, when=when, duration=duration, skipped=skipped)


def test_a_soak_says_of_each_set_how_many_cases_ran_and_for_how_long():
    ran = [report("kills", "setup", 2.0), report("kills", duration=5.0, **{CASES: 186}), report("formats"), report("formats"), report(None)]
    assert summary([*ran, report("absent", skipped=True)]) == [("absent", 0, 1.0), ("formats", 2, 2.0), ("kills", 186, 7.0)]
