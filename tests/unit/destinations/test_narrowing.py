"""How many requests it takes to find who is at fault, and how many people wait for it."""

import random

import pytest

from destinations.expensify.client import NARROWING_CALLS
from resources.failures import Outage, Refused
from tests.unit.destinations.test_chunks import BARE, There, bad, deliver, some

CHUNK = 2_700
"""So many records make a feed of a megabyte."""
EVERYONE = some(10_000)


def at_random(count, seed=0, of=EVERYONE):
    return random.Random(seed).sample(of, count)


def out(fate, of=EVERYONE):
    return [number for number in of if fate.get(number) != "accepted"]


@pytest.mark.parametrize("at", [at_random(50), EVERYONE[3000:3050], EVERYONE[::200]], ids=["anywhere", "side by side", "evenly"])
def test_fifty_of_ten_thousand_of_whom_no_message_says_anything_are_all_that_is_out_on_the_second_night(at):
    there = bad(at)
    fate, ended = deliver(there, EVERYONE, CHUNK, NARROWING_CALLS)
    assert ended is None
    assert set(out(fate)) >= set(at)
    assert len(out(fate)) < 1_300, "most come in on the first night"
    assert len(there.requests) <= NARROWING_CALLS + 4
    alone = [number for number in out(fate) if fate[number] == "refused"]
    doubtful = [number for number in out(fate) if fate[number] == "unknown"]
    again, ended = deliver(bad(at), doubtful + alone, CHUNK, NARROWING_CALLS, before=dict.fromkeys(alone, "500: An error occurred"))
    assert (set(out(again, out(fate))), ended) == (set(at), None)
    assert "unknown" not in again.values()


def test_it_takes_few_more_requests_than_any_way_of_asking_would():
    for wrong, most in ((1, 30), (10, 140), (50, 560)):  # by log2 of the ways to choose them: 14, 111, 454
        there = bad(at_random(wrong, of=EVERYONE))
        fate, _ = deliver(there, EVERYONE, CHUNK, 10_000)
        assert len(out(fate)) == wrong
        assert len(there.requests) <= most


@pytest.mark.parametrize("seed", range(5))
def test_true_report_everyone_is_answered_for_once_whoever_is_at_fault_and_however_few_calls_there_are(seed):
    choice = random.Random(seed)
    everyone = some(choice.randrange(2, 400))
    at = at_random(choice.randrange(len(everyone)), seed, everyone)
    for calls in (0, 1, 5, 30, 1_000):
        there = bad(at)
        fate, ended = deliver(there, everyone, choice.randrange(1, 200), calls)
        assert isinstance(ended, Outage) or set(fate) == set(everyone)
        assert not {number for number, status in fate.items() if status == "refused"} - set(at)
        assert not {number for number, status in fate.items() if status == "accepted"} & set(at)


def quoting(groups):
    """A destination that refuses with a value which those of one group share."""

    def why(people, _):
        there = next((group for group in groups if set(group) & set(people)), None)
        return Refused("refused", "410", "", quoted=set(there) & set(people), of_record=True) if there else None

    return There(why)


def test_who_shares_the_value_that_a_message_quotes_goes_apart_and_nobody_else_waits():
    group = at_random(40, of=EVERYONE[:CHUNK])
    there = quoting([group])
    fate, ended = deliver(there, EVERYONE[:CHUNK], CHUNK, NARROWING_CALLS)
    assert (set(out(fate, EVERYONE[:CHUNK])), ended) == (set(group), None)
    assert {fate[number] for number in group} == {"refused"}
    assert [len(people) for people in there.requests[:2]] == [CHUNK, CHUNK - 40]
    assert {len(people) for people in there.requests[2:]} == {1}
    assert len(there.requests) <= 2 + 40 + 5, "now and then what was accepted is sent once more, to see that it still is"


def test_who_shares_it_and_is_not_at_fault_comes_in_all_the_same():
    group, wrong = EVERYONE[100:140], EVERYONE[120]
    there = There(
        lambda people, _: Refused("refused", "410", "", quoted=set(group) & set(people), of_record=True) if wrong in people else None
    )
    fate, ended = deliver(there, EVERYONE[:CHUNK], CHUNK, NARROWING_CALLS)
    assert (out(fate, EVERYONE[:CHUNK]), fate[wrong], ended) == ([wrong], "refused", None)
    assert len(there.requests) < 25


def test_no_chunk_spends_the_calls_of_those_after_it():
    wrong = EVERYONE[: CHUNK // 2]
    there = bad([*wrong, EVERYONE[-1]])
    fate, _ = deliver(there, EVERYONE, CHUNK, 100)
    assert set(out(fate)) <= {*EVERYONE[:CHUNK], EVERYONE[-1]}
    assert fate[EVERYONE[-1]] == "refused"


def test_an_outage_in_the_midst_of_narrowing_refuses_nobody_but_those_found_before():
    at = at_random(50)
    there = There(lambda people, request: BARE if request > 100 or set(people) & set(at) else None)
    fate, ended = deliver(there, EVERYONE, CHUNK, NARROWING_CALLS)
    assert ended is not None
    assert not {number for number, status in fate.items() if status == "refused"} - set(at)
    assert len(there.requests) < 125
