"""What a run imports beyond what an empty run of Dagster does: `record` notes the modules that a job had at its end, `load` imports them.

    python -m benchmarks.imports record FILE MODULE JOB
    python -m benchmarks.imports load FILE

Belongs here: those two. Does not belong here: measuring them, and any import that would be counted in both.
"""

import contextlib
import json
import sys
from importlib import import_module
from pathlib import Path


def record(file: Path, module: str, job: str) -> int:
    """Run a job; write down what it had imported, in its order. The empty one is run by Dagster, without any of ours."""
    if module == "benchmarks.empty":
        import dagster as dg  # noqa: PLC0415 - `load` does without

        with dg.DagsterInstance.get() as instance:
            code = int(not import_module(module).defs.resolve_job_def(job).execute_in_process(instance=instance).success)
    else:
        from benchmarks import job as running  # noqa: PLC0415

        code = running.main(module, job)
    file.write_text(json.dumps(list(sys.modules)), encoding="utf-8")
    return code


def load(file: Path) -> int:
    """Import all of it: as far as it is a module that can be imported by its name."""
    for name in json.loads(file.read_text(encoding="utf-8")):
        if name != "__main__" and name not in sys.modules:
            with contextlib.suppress(Exception):
                import_module(name)
    return 0


if __name__ == "__main__":
    what, path, *named = sys.argv[1:]
    sys.exit(record(Path(path), *named) if what == "record" else load(Path(path)))
