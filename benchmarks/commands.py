"""The cases that are one process without a night before it: commands of the command line, and parts of a run alone.

Belongs here: what each runs, and what is there before. Does not belong here: nights (``benchmarks.cases``), the peers.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.company import NAME, Company
from benchmarks.measure import run

ROLLCALL = str(Path(sys.executable).with_name("rollcall"))
ALONE = ("help", "demo", "check", "transform", "approvers")
OF_PEOPLE = ("check", "transform", "approvers")
WITH_REJECTS = 3
"""What `rollcall check` ends with, since a few rows of every export here are no valid person."""


@contextmanager
def ready(case: str, people: int) -> Iterator[tuple[list[str], dict[str, str]]]:
    """What Python runs and its environment, once all is there that it needs.

    Args:
        case: One of `ALONE`.
        people: How many there are, where it is about people.
    """
    with TemporaryDirectory(prefix="bench") as folder:
        base = Path(folder)
        if case in ("check", "transform"):
            company = Company(base, people)
            transform = ["-m", "benchmarks.transform", str(company.folder), str(company.file), str(base / "out")]
            yield [ROLLCALL, "check", NAME, str(company.file)] if case == "check" else transform, company.environment
            return
        environment = {"ROLLCALL_HOME": folder, "DAGSTER_HOME": "", "ROLLCALL_PIPELINES": ""}
        if case == "demo":
            run([sys.executable, ROLLCALL, "demo"], environment)  # what the second one finds
        yield (
            {
                "help": [ROLLCALL, "--help"],
                "demo": [ROLLCALL, "demo"],
                "approvers": ["-m", "benchmarks.approvers", str(people)],
            }[case],
            environment,
        )
