"""How far apart calls begin after a server has said that they come too quickly."""

import pytest

from resources.pace import Pace, Steps


class Clock:
    """Time that passes only by waiting."""

    def __init__(self):
        self.now, self.slept = 100.0, []

    def sleep(self, seconds):
        self.now += seconds
        self.slept.append(round(seconds, 3))

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(clock):
    return Pace(clock.sleep, Steps(first=0.5, longest=4.0, calls=3), clock)


def calls(pace, count):
    for _ in range(count):
        pace.wait()
        pace.heard(throttled=False)


def test_without_a_429_nothing_waits(pace, clock):
    calls(pace, 50)
    assert clock.slept == []


def test_after_a_429_the_calls_that_follow_are_spaced(pace, clock):
    pace.heard(throttled=True)
    calls(pace, 3)
    assert clock.slept == [0.5, 0.5, 0.5]


def test_each_further_one_doubles_it_up_to_a_bound(pace, clock):
    for _ in range(9):
        pace.heard(throttled=True)
    calls(pace, 2)
    assert clock.slept == [4.0, 4.0]


def test_it_is_let_go_of_slowly_and_ends(pace):
    pace.heard(throttled=True)
    seen = []
    for _ in range(60):
        calls(pace, 1)
        seen.append(round(pace.seconds, 3))
    assert seen[:4] == [0.5, 0.5, 0.4, 0.4]
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] == 0.0


def test_time_that_passed_anyway_is_not_waited_for_again(pace, clock):
    pace.heard(throttled=True)
    clock.now += 10
    calls(pace, 1)
    assert clock.slept == []
