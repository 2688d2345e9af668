"""How much memory a row of HR's file takes while it is read and taken in: a million of them have to fit into 2 GB."""

import json
import subprocess
import sys

from resources import places

MOST = 1_350
"""Bytes a row of some 150 characters at the peak, the file itself among them: 1,170 when this was written. A copy of every column more is
200 more."""
MEASURED = """
import assets  # first, as in every process of ours
import datetime, json, resource
from roster.intake.take_in import take_in
from roster.settings import CsvFormat, People

NAMES = ("employee_id", "email", "first_name", "last_name", "manager_id", "department", "company_code")
NAMES += ("worker_status", "start_date", "end_date", "bank_account")
LINE = "{0:07},first.last{0}@acme.example,Märta-Lisa,Lindström{0},{1:07},Department of {2},"
LINE += "Acme Nordic AB,Active,2020-01-{3:02},,SE45{0:020}\\n"
PEOPLE = People.model_validate({"columns": {name: name for name in NAMES}, "absent_means": "leaver"})

def file(rows):
    lines = (LINE.format(each, each // 8, each % 20, 1 + each % 28) for each in range(1, rows + 1))
    return (",".join(NAMES) + "\\n" + "".join(lines)).encode()

def peak():
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def taken(data):
    return take_in(data, CsvFormat(), PEOPLE, datetime.date(2026, 11, 20)).facts

rows = 60_000
data = file(rows)
taken(file(500))
before = peak()
used = taken(data).used
print(json.dumps({"used": used, "bytes": (peak() - before + len(data)) / rows}))
"""


def test_a_row_takes_no_more_memory_than_a_million_of_them_may() -> None:
    done = subprocess.run([sys.executable, "-c", MEASURED], cwd=places.PROJECT, capture_output=True, text=True, check=True)
    measured = json.loads(done.stdout)
    assert measured["used"] == 60_000
    assert measured["bytes"] < MOST
