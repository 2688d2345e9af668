"""A mapped column that is none of an expense tool's business is warned of where the roster is looked at."""

from typing import Any

import dagster as dg
from stdnum import luhn


def test_quiet_a_column_that_belongs_nowhere_is_a_warning_of_its_own_and_stops_nothing(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    for at, row in enumerate(people.values()):
        row["Dept"] = f"19800101{at:03d}" + luhn.calc_check_digit(f"800101{at:03d}")
    acme.file("2026-11-21", people)
    accepting = {"accept": ["departments"], "accepted_by": "kim", "reason": "numbers stand there"}
    result = acme.quickly("preview", ops={"acme__hr__intake": {"config": accepting}})
    assert result.succeeded, result
    check = acme.checks(result)["hr/roster: private"]
    assert not check.passed and check.severity == dg.AssetCheckSeverity.WARN
    assert check.description.startswith("Department looks like Swedish personal identity numbers.")
    gate = acme.checks(result)["hr/roster: gate"]
    assert "private" not in gate.description and "Dept" not in check.description
