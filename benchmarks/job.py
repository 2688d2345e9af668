"""`python -m benchmarks.job MODULE JOB`: one run in this process, recorded on the instance of DAGSTER_HOME.

Belongs here: starting a run exactly as `rollcall run` does. Does not belong here: measuring it.
"""

import json
import sys

from assets.runs.launch import Location, run_job


def main(module: str, job: str) -> int:
    """Run the job; print how it ended."""
    result = run_job(job, location=Location(module=module))
    sys.stdout.write(json.dumps({"status": result.status.value, "step": result.step, "message": result.message}) + "\n")
    return 0 if result.succeeded else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
