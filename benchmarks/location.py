"""`python -m benchmarks.location [N …]`: what loading a code location of so many companies takes, and what one run of one of them loads.

Belongs here: this one case, by processor time and peak memory, which a busy machine does not change. Does not belong here: what is loaded.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from resources import places

LOAD = """
import json, resource, sys, time
from dagster._core.definitions.reconstruct import ReconstructableRepository
repository = ReconstructableRepository.for_module("pipelines.definitions", "defs").get_definition()
if sys.argv[1] == "all":  # as a code server does
    from dagster._core.remote_representation.external_data import RepositorySnap
    RepositorySnap.from_def(repository, defer_snapshots=True)
else:  # as a run's process does
    repository.get_maybe_subset_job_def(sys.argv[1])
print(json.dumps([time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def main() -> None:
    """Print a line for each number of companies."""
    print(f"{'companies':>9}  {'all: CPU':>9} {'memory':>8}  {'a run: CPU':>10} {'memory':>8}")
    for number in [int(given) for given in sys.argv[1:]] or [1, 50, 200]:
        with tempfile.TemporaryDirectory() as folder:
            companies(Path(folder), number)
            (seconds, memory), (alone, its_memory) = measured(folder, "all"), measured(folder, "co000_sync")
        print(f"{number:>9}  {seconds:>7.1f} s {memory:>5.0f} MB  {alone:>8.1f} s {its_memory:>5.0f} MB", flush=True)


def companies(folder: Path, number: int) -> None:
    """So many copies of the demo company, each with credentials of its own."""
    text = (places.PROJECT / "pipelines" / "demo" / "defs.yaml").read_text(encoding="utf-8")
    for each in range(number):
        name = f"co{each:03}"
        (folder / name).mkdir()
        (folder / name / "defs.yaml").write_text(text.replace("{env: ", f"{{env: {name.upper()}_"), encoding="utf-8")


def measured(folder: str, what: str) -> tuple[float, float]:
    """Seconds of processor time, and megabytes at the peak, of a process that loads it."""
    environment = {**os.environ, "ROLLCALL_PIPELINES": folder, "DAGSTER_HOME": folder, "PYTHONPATH": str(places.PROJECT)}
    done = subprocess.run([sys.executable, "-c", LOAD, what], env=environment, capture_output=True, text=True, check=True)
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory


if __name__ == "__main__":
    main()
