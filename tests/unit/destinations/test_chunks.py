"""Which request follows a refusal, and whom it then concerns."""

from collections.abc import Callable

import pytest

from destinations.chunks import FEW, in_turn
from destinations.replies import Answer, statuses
from destinations.sending import NOBODY, Evidence, Sending, chunked
from resources.failures import Failed, Outage, Refused, Unanswered

BARE = Refused("refused", "500", "An error occurred")
OF_RECORD = Refused("refused", "REQUIRED_FIELD", "", of_record=True)


class There:
    """A destination that refuses a request for a reason, if there is one, and keeps whom it was asked for."""

    def __init__(self, why: Callable[[list[str], int], Failed | None]) -> None:
        self.requests: list[list[str]] = []
        self.why = why

    def send(self, records):
        people = [record["number"] for record in records]
        self.requests.append(people)
        if failure := self.why(people, len(self.requests)):
            raise failure
        return Answer(statuses(people), code="200")


def deliver(there, numbers, size=1000, calls=100, before=NOBODY, **more):
    """What became of everyone, and how it ended."""
    fate: dict[str, str] = {}
    records = [{"number": number} for number in numbers]
    try:
        for answer in in_turn(Sending("Test", "number", there.send, calls), chunked(records, "number", before, size), before, **more):
            for key, status in zip(answer.statuses["key"], answer.statuses["status"], strict=True):
                assert key not in fate, "everybody is answered for once"
                fate[key] = status
    except Failed as failure:
        return fate, failure
    return fate, None


def some(count):
    return [f"{number:04}" for number in range(count)]


def bad(numbers, failure=BARE):
    return There(lambda people, _: failure if set(people) & set(numbers) else None)


@pytest.mark.parametrize("failure", [BARE, OF_RECORD])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize("at", [["0000"], ["0007"], ["0019"], ["0000", "0001"], ["0018", "0019"], ["0000", "0010", "0019"]])
def test_true_report_who_is_at_fault_is_refused_alone_wherever_they_stand_and_all_others_land(failure, size, at):
    fate, ended = deliver(bad(at, failure), some(20), size)
    assert ended is None
    assert fate == {number: "refused" if number in at else "accepted" for number in some(20)}


@pytest.mark.parametrize("failure", [BARE, OF_RECORD])
@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("skip", [0, 1, 2])
def test_true_report_an_outage_refuses_nobody_and_is_seen_after_a_few_requests(failure, size, skip):
    there = There(lambda _, request: failure if request > skip else None)
    fate, ended = deliver(there, some(100), size)
    if len(there.requests) > skip:
        assert isinstance(ended, Outage)
        assert set(fate.values()) <= {"accepted", "unknown"}
        assert len(there.requests) <= skip + 2 + FEW + 1


def test_an_outage_whose_message_differs_each_time_is_one_too():
    there = There(lambda _, request: Refused("refused", "500", f"An error occurred {request}"))
    fate, ended = deliver(there, some(100))
    assert isinstance(ended, Outage)
    assert len(there.requests) <= 6
    there = There(lambda _, request: Refused("refused", "500", "An error occurred" + "!" * request))
    fate, ended = deliver(there, some(100))
    assert isinstance(ended, Outage)
    assert "refused" not in fate.values()
    assert len(there.requests) <= 15


def test_an_outage_that_ends_in_the_midst_costs_nobody_anything():
    there = There(lambda _, request: BARE if request <= 2 else None)
    assert deliver(there, some(20), 1) == (dict.fromkeys(some(20), "accepted"), None)


def test_of_one_person_alone_the_error_decides():
    assert deliver(bad(some(1), OF_RECORD), some(1)) == ({"0000": "refused"}, None)
    fate, ended = deliver(bad(some(1)), some(1))
    assert (fate, type(ended)) == ({"0000": "unknown"}, Outage)
    fate, ended = deliver(There(lambda people, _: Refused("refused", "500", "", named=people)), some(1))
    assert (fate, ended) == ({"0000": "refused"}, None)


def test_two_who_meet_one_error_of_their_records_and_nobody_else_are_in_doubt_and_with_two_errors_refused():
    fate, ended = deliver(bad(some(2), OF_RECORD), some(2))
    assert (set(fate.values()), type(ended)) == ({"unknown"}, Outage)
    there = There(lambda people, _: Refused("refused", f"INVALID_{'EMAIL' if '0000' in people else 'PHONE'}", "", of_record=True))
    assert deliver(there, some(2)) == (dict.fromkeys(some(2), "refused"), None)


def test_the_last_one_is_refused_only_if_what_was_accepted_before_still_is():
    fate, ended = deliver(bad(["0002"]), some(3), 1)
    assert (fate, ended) == ({"0000": "accepted", "0001": "accepted", "0002": "refused"}, None)
    fate, ended = deliver(There(lambda _, request: BARE if request > 2 else None), some(3), 1)
    assert (fate, type(ended)) == ({"0000": "accepted", "0001": "accepted", "0002": "unknown"}, Outage)


def test_whom_an_error_names_are_taken_out_and_the_rest_goes_again_at_once():
    named = {"0003", "0050", "0099"}
    there = There(lambda people, _: Refused("refused", "410", "", named=set(people) & named) if set(people) & named else None)
    fate, ended = deliver(there, some(100))
    assert ended is None
    assert {number for number, status in fate.items() if status == "refused"} == named
    assert [len(people) for people in there.requests] == [100, 97]


def test_what_no_call_is_left_for_is_in_doubt_and_not_refused():
    fate, ended = deliver(bad(some(100)[::9]), some(100), calls=10)
    assert ended is None, "whoever keeps the answers sees who is in doubt"
    assert set(fate) == set(some(100))
    assert {fate[number] for number in set(some(100)) - set(some(100)[::9])} <= {"accepted", "unknown"}
    assert "unknown" in fate.values()


def test_who_was_refused_alone_before_goes_alone_and_costs_nobody_a_call():
    at = ["0003", "0050", "0099"]
    order = [number for number in some(100) if number not in at] + at
    there = bad(at)
    fate, ended = deliver(there, order, before=dict.fromkeys(at, ""))
    assert ended is None
    assert fate == {number: "refused" if number in at else "accepted" for number in some(100)}
    assert [len(people) for people in there.requests] == [97, 1, 1, 1, 1]


def test_too_large_a_request_makes_all_that_follow_smaller():
    there = There(lambda people, _: Refused("refused", "413", "", too_large=True) if len(people) > 6 else None)
    assert deliver(there, some(40), 20, calls=0) == (dict.fromkeys(some(40), "accepted"), None)
    assert [len(people) for people in there.requests] == [20, 10, *[5] * 8]


def test_of_two_passes_the_second_shows_what_a_refusal_in_the_first_meant():
    so_far, there = Evidence(), bad(["0000"])
    assert deliver(there, ["0000"], evidence=so_far, last=False) == ({}, None)
    assert deliver(there, some(3)[1:], evidence=so_far) == ({"0001": "accepted", "0002": "accepted", "0000": "refused"}, None)


def test_with_a_second_request_without_an_answer_whoever_was_refused_is_in_doubt():
    there = There(lambda _, request: BARE if request == 1 else Unanswered("no answer", ""))
    fate, ended = deliver(there, some(5), 1)
    assert (fate["0000"], type(ended)) == ("unknown", Unanswered)
    assert len(there.requests) == 3


def test_true_report_who_was_refused_before_and_meets_the_same_is_refused_though_nobody_else_is_sent():
    at = some(5)
    same = dict.fromkeys(at, "500: An error occurred")
    assert deliver(bad(at), at, before=same) == (dict.fromkeys(at, "refused"), None)
    fate, ended = deliver(bad(at, Refused("refused", "500", "Something else")), at, before=same)
    assert (set(fate.values()), type(ended)) == ({"unknown"}, Outage)
    fate, ended = deliver(bad(at), at, before=dict.fromkeys(at, ""))
    assert (set(fate.values()), type(ended)) == ({"unknown"}, Outage)


@pytest.mark.parametrize(("wrong", "size", "calls", "by_name"), [(50, 2_700, 200, True), (60, 1_000, 1_000, False)])
def test_of_ten_thousand_the_second_night_leaves_out_at_most_those_at_fault(wrong, size, calls, by_name):
    everyone = some(10_000)
    at = everyone[:: 10_000 // wrong][:wrong]
    there = bad(at)
    if by_name:  # one a time
        there.why = lambda people, _: (
            Refused("refused", "410", "", named=[next(one for one in people if one in set(at))]) if set(people) & set(at) else None
        )
    fate, ended = deliver(there, everyone, size, calls)
    left = [number for number in everyone if fate[number] != "accepted"]
    assert ended is None
    assert set(left) <= set(at)
    again, ended = deliver(there, left, size, calls, before=dict.fromkeys(left, "500: An error occurred"))
    assert (set(again), set(again.values()), ended) == (set(at), {"refused"}, None)
