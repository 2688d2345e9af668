"""`python -m benchmarks.approvers PEOPLE`: finding everyone's approver, alone: what it takes of a company of so many.

Belongs here: that one call, on people of whom some managers are away, unknown or in a circle. Does not belong here: what comes before it
and after it in a run.
"""

import json
import sys
import time

import numpy as np
import pandas as pd

from roster.people.approvers import Chart, resolve
from roster.settings import Approvers

REPORTS = 8


def company(people: int) -> pd.DataFrame:
    """So many people in the form that `Chart.of` takes; one in fifty is away, one in a thousand has a manager in no row or in a circle."""
    at = np.arange(people)
    boss = np.maximum(at - 1, 0) // REPORTS
    boss[1000::1000] = at[1000::1000]
    boss[1001::1000], boss[1002::1000] = at[1002::1000][: len(boss[1001::1000])], at[1001::1000][: len(boss[1002::1000])]
    number = pd.Series(at).map("E{:07d}".format)
    manager = pd.Series(boss).map("E{:07d}".format).mask(at == 0).mask(at % 1000 == 500, "E9999999")
    away = at % 50 == 49
    employment = pd.Series(np.where(away, "leave", "active"))
    return pd.DataFrame({"employee_id": number, "manager_id": manager, "employment": employment, "eligible": ~away, "needs": True}).astype(
        {"employee_id": "str", "manager_id": "str", "employment": "str"}
    )


def main(people: int) -> None:
    """Print the seconds, wall and processor, and how many approvers are not HR's manager."""
    frame = company(people)
    began, used = time.perf_counter(), time.process_time()
    found = resolve(Chart.of(frame), Approvers())
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
    sys.stdout.write(json.dumps({**took, "repaired": int(found["repair"].notna().sum())}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
