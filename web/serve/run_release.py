"""The run of a release, in a process of its own: what was begun goes on if the server ends. Where a deployment has a launcher, the run is
the launcher's, and the process waits for it.

Belongs here: starting that process, what it does, whether it is still there. Does not belong here: whether it may be started
(``web.serve.releasing``).
"""

import json
import logging
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Literal

from assets import quiet
from resources import places
from resources.failures import PRIVATE
from resources.ledger.decisions import Decision

_STARTED: Final[dict[str, "subprocess.Popen[bytes]"]] = {}
"""Decision → the process that carries it out, of those that this server has started."""


def start(company: str, decision: Decision, workspace: Path | None) -> None:
    """Start what somebody has decided; with a workspace file, by the deployment's own queue and launcher."""
    wanted = ("decision", "digest", "kinds", "people", "name", "reason", "run_id")
    given = {
        "company": company,
        "workspace": str(workspace) if workspace else None,
        **{name: value for name, value in asdict(decision).items() if name in wanted},
    }
    # A session of its own: Ctrl-C is for the server. By standard input: a list of processes shows no number and no reason.
    process = subprocess.Popen(
        [sys.executable, "-m", "web.serve.run_release"],
        cwd=places.PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _STARTED[decision.decision] = process
    assert process.stdin  # noqa: S101 - it is a pipe
    with process.stdin as there:
        there.write(json.dumps(given).encode())


def state(decision: str) -> Literal["running", "ended", "unknown"]:
    """Whether the process of a decision is there; unknown where another server started it."""
    process = _STARTED.get(decision)
    if process is None:
        return "unknown"
    return "running" if process.poll() is None else "ended"


def waits(run_id: str) -> bool:
    """Whether a run waits in Dagster's queue, or for its worker: until it begins it gives no sign of life."""
    import dagster as dg  # noqa: PLC0415 - the server does without it

    from assets.runs import dagster_instance  # noqa: PLC0415

    with dagster_instance.opened() as instance:
        run = instance.get_run_by_id(run_id)
    return run is not None and run.status in (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING)


def carry_out(given: dict[str, Any]) -> str:
    """Run the release and close it, as `rollcall release` does; what came of it in a sentence."""
    import dagster as dg  # noqa: PLC0415 - the server does without it

    from assets.asker import USER_TAG  # noqa: PLC0415
    from assets.runs import dagster_instance, launch, submit, summary  # noqa: PLC0415
    from assets.typed import in_words  # noqa: PLC0415
    from resources.failures import Failed  # noqa: PLC0415
    from roster.reports.headline import headline  # noqa: PLC0415
    from roster.reports.skipped import left_out  # noqa: PLC0415

    config = {"digest": given["digest"], "kinds": given["kinds"], "people": given["people"] or []}
    config |= {"released_by": given["name"], "reason": given["reason"]}
    try:
        job, tags = f"{given['company']}_release", {USER_TAG: given["name"]}
        if workspace := given["workspace"]:
            result = submit.run_job(job, Path(workspace), given["run_id"], run_config=config, tags=tags)
        else:
            result = launch.run_job(job, run_config=config, tags=tags, run_id=given["run_id"])
        with dagster_instance.opened() as instance:
            closed = summary.close(instance, result.run_id)
            if not (result.succeeded and closed):
                return next(iter(summary.failures_of(instance, result.run_id, given["company"]).values()))
    except dg.DagsterInvalidConfigError as error:
        return f"It was not started: {in_words(error)}"
    except dg.DagsterError as error:
        return f"It was not started: {str(error).strip().partition(chr(10))[0]}"
    except Failed as failure:
        return str(failure)
    return headline(closed[0], left_out(closed[0])).sentence


def main() -> None:
    """What the process does: one release, and a word in the ledger on how it ended."""
    from resources.ledger import Ledger  # noqa: PLC0415

    given = json.loads(sys.stdin.read())
    outcome = "Its process was ended before the run was."
    try:
        outcome = carry_out(given)
    except Exception as error:  # whoever pressed the button has no other place to read of it
        logging.getLogger(PRIVATE).exception("not foreseen, in a release")
        outcome = f"Something went wrong that nobody foresaw ({type(error).__name__}). Its full text is in {quiet.log()}."
    finally:
        with Ledger.open(places.ledger_url(), given["company"]) as ledger:
            ledger.decisions.end(given["decision"], outcome)


if __name__ == "__main__":
    main()
