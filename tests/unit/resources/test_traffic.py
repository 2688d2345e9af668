"""Calls and waits are counted by destination, since a moment, whoever else counts meanwhile."""

import pytest

from resources import traffic
from resources.traffic import Counted


def test_a_call_counts_however_it_ends_and_only_a_wait_that_is_one(monkeypatch):
    before, clock = traffic.so_far(), iter([0.0, 2.0, 10.0, 11.0, 20.0, 20.0 + traffic.WORTH / 2, 30.0, 90.0])
    monkeypatch.setattr(traffic, "monotonic", lambda: next(clock))
    with traffic.call("There"):
        pass
    with pytest.raises(OSError, match="gone"), traffic.call("There"):
        raise OSError("gone")
    for _ in range(2):
        with traffic.window("There"):
            pass
    assert traffic.since(before) == {"There": Counted(calls=2, seconds=3.0, waits=1, waited=60.0)}
    assert traffic.since(traffic.so_far()) == {}
