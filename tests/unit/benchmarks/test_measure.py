"""What one process cost is its own cost."""

import sys

import pytest

from benchmarks.measure import CaseFailed, run


def test_a_process_is_not_charged_with_the_memory_of_the_one_that_measures() -> None:
    mine = bytearray(200 * 1024**2)
    measured = run([sys.executable, "-S", "-c", "print('{\"rows\": 3}')"])
    assert mine and measured.peak_mib < 100
    assert measured.printed == {"rows": 3}


def test_memory_and_processor_time_are_those_of_the_process() -> None:
    measured = run([sys.executable, "-S", "-c", "x = bytearray(150 * 1024**2); x[:] = bytes(150 * 1024**2)"])
    assert measured.peak_mib > 150
    assert 0 < measured.cpu <= measured.seconds * 2


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(CaseFailed, match="no such thing"):
        run([sys.executable, "-S", "-c", "raise SystemExit('no such thing')"])
