"""The aims are all there, with what was reached of those whose cases were run."""

from benchmarks.aims import reached
from benchmarks.cases import FINDITY_ALONE, IMPORTS, LOOP, NO_IMPORTS, OURS, Row
from benchmarks.measure import Measured
from benchmarks.table import aims

BY_DAGSTER = Row("the same by `dagster job execute`", 0, "", 0, Measured(4.0, 2.0, 100), peer=True)


def found(*rows: Row) -> dict[str, tuple[str, bool | None]]:
    return {one.case: (one.reached, one.met) for one in reached(rows)}


def test_what_was_not_run_is_not_measured_and_neither_met_nor_missed() -> None:
    assert set(found().values()) == {("not measured", None)}


def test_a_quiet_night_is_held_against_an_empty_run_by_processor_time() -> None:
    rows = (BY_DAGSTER, Row(OURS, 10_000, "no change", 0, Measured(1.0, 5.0, 300)))
    assert found(*rows)["quiet night, 10,000: CPU beside `dagster job execute` of an empty job"] == ("2.50 ×", False)


def test_what_waits_for_answers_is_held_against_peers_by_wall_time() -> None:
    peer = Row("dlt, 100 a call", 10_000, "every run", 100, Measured(12.0, 1.0, 80), peer=True)
    rows = (peer, Row(FINDITY_ALONE, 10_000, "first load", 100, Measured(6.0, 9.0, 300)))
    assert found(*rows)["first load, 10,000, 100 ms, Findity alone: faster than dlt"] == ("2.00 ×", True)
    assert found(*rows)["first load, 100,000, 100 ms: faster than dlt"] == ("not measured", None)


def test_imports_are_what_a_run_has_beyond_an_empty_one() -> None:
    rows = (Row(IMPORTS, 0, "", 0, Measured(2.0, 2.5, 200)), Row(NO_IMPORTS, 0, "", 0, Measured(1.0, 1.75, 100)))
    assert found(*rows)["imports beyond those of an empty job's run: CPU"] == ("0.75 s", True)


def test_seconds_count_as_on_a_machine_of_the_aims_pace() -> None:
    rows = [Row(OURS, 100_000, "no change", 0, Measured(9.0, 16.0, 100)), Row("help", 0, "", 0, Measured(0.4, 0.4, 30))]
    slow = found(Row(LOOP, 0, "", 0, Measured(2.0, 2.0, 10), peer=True), *rows)
    assert slow["quiet night, 100,000: CPU"] == ("16.00 s, as 8.00 s", True)
    assert slow["`rollcall --help`"] == ("0.40 s, as 0.20 s", False)
    assert found(*rows)["quiet night, 100,000: CPU"] == ("16.00 s", False)


def test_growth_is_of_each_case_and_a_square_misses_the_aim() -> None:
    straight = [Row("approvers", people, "", 0, Measured(9.0, people / 1e5, 100)) for people in (10_000, 100_000)]
    square = [Row(OURS, people, "no change", 0, Measured(9.0, (people / 1e4) ** 2, 100)) for people in (10_000, 30_000, 100_000)]
    by_case = found(*straight, *square)
    assert by_case["growth, approvers"] == ("1.00", True)
    assert by_case["growth, Rollcall, no change"] == ("2.00", False)


def test_the_table_says_which_are_not_met() -> None:
    lines = aims(reached([BY_DAGSTER, Row(OURS, 100_000, "no change", 0, Measured(9.0, 8.0, 500))]))
    assert "| quiet night, 100,000: CPU | at most 9 s | 8.00 s | yes |" in lines
    assert "| quiet night, 100,000: peak | at most 450 MiB | 500 MiB | **no** |" in lines
