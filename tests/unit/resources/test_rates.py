"""Sliding windows, on a clock that only moves when somebody sleeps."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from destinations.expensify.settings import LIMITS as EXPENSIFY_LIMITS
from resources.rates import ProcessWindows, RateLimit, pause


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_a_call_may_start_at_once_while_the_windows_have_room():
    assert pause([1.0, 2.0, 3.0, 4.0], limits=EXPENSIFY_LIMITS, now=5.0) == 0


def test_the_sixth_call_waits_until_the_first_of_the_last_five_has_left_the_short_window():
    assert pause([0.0, 1.0, 2.0, 3.0, 4.0], limits=EXPENSIFY_LIMITS, now=4.0, margin=0) == 6.0


def test_the_margin_makes_every_window_longer():
    assert pause([0.0] * 5, limits=EXPENSIFY_LIMITS, now=0.0, margin=0.5) == 10.5


def test_the_twenty_first_call_in_a_minute_waits_for_the_long_window():
    spread = [start * 2.5 for start in range(20)]
    assert pause(spread, limits=EXPENSIFY_LIMITS, now=58.0, margin=0) == 2.0


def test_calls_of_a_clock_that_was_set_back_block_nobody():
    assert pause([100_000.0] * 20, limits=EXPENSIFY_LIMITS, now=5.0) == 0


def test_a_cold_start_admits_no_more_than_the_budget():
    clock = Clock()
    windows = ProcessWindows(EXPENSIFY_LIMITS, clock=clock, sleep=clock.sleep, margin=0)
    starts = []
    for _ in range(45):
        windows.acquire()
        starts.append(clock.now)
    for limit in EXPENSIFY_LIMITS:
        for start in starts:
            assert sum(start <= other < start + limit.seconds for other in starts) <= limit.calls
    assert starts[-1] - starts[0] == 120.0, "20 calls a minute, and not slower than that"


@given(st.lists(st.floats(0, 8), min_size=1, max_size=40))
def test_whatever_the_rhythm_of_the_calls_no_window_ever_holds_too_many(idle):
    clock = Clock()
    windows = ProcessWindows(limits=(RateLimit(2, 3.0), RateLimit(5, 12.0)), clock=clock, sleep=clock.sleep, margin=0.01)
    starts = []
    for seconds in idle:
        clock.now += seconds
        windows.acquire()
        starts.append(clock.now)
    for calls, span in ((2, 3.0), (5, 12.0)):
        for start in starts:
            assert sum(start <= other < start + span for other in starts) <= calls


def test_threads_share_the_windows():
    clock = Clock()
    windows = ProcessWindows(limits=(RateLimit(4, 1000.0),), clock=clock, sleep=clock.sleep)
    threads = [threading.Thread(target=windows.acquire) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.slept == []
    windows.acquire()
    assert clock.slept == [1000.5]
