"""`python -m benchmarks.pools`: two companies with one credential of Expensify, by Dagster's pools and by the ledger's windows.

One company has a first load to write, the other a quiet night. Each run reads, does something that needs no call (what it computes, or
another destination), and writes. Expensify's stand-in holds its windows, and refuses whoever makes a call too many.

Belongs here: this one case. It is about waiting: windows are those of Expensify, half as long. Does not belong here: whole syncs.
"""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import dagster as dg

from benchmarks.server import CREDENTIALS
from destinations.expensify.client import Expensify
from destinations.expensify.settings import LIMITS, ExpensifyConnection
from resources.failures import Transient
from resources.http import Retry
from resources.ledger import Ledger, LedgerWindows
from resources.rates import ProcessWindows, RateLimit
from sandbox.server import Sandbox

SCALE: Final = 0.5
"""How long a window is, of what Expensify says."""
CALLS: Final = {"first load": (2, 25), "quiet night": (2, 1)}
"""Company → calls to read and to write."""
ELSEWHERE: Final = 6.0
"""Seconds of a run without a call to Expensify."""
AFTER: Final = 15.0
"""Seconds by which the quiet night begins later: the first load is writing then."""
AGAIN: Final = 1.0
"""Seconds after which a refused call is made once more."""
POOL: Final = "expensify_credential"
WAYS: Final = {
    "ledger's windows, no pool": (None, True),
    "pool of one, each run its own windows": (POOL, False),
    "pool of one and the ledger's windows": (POOL, True),
}
"""Way → the pool of the steps that call, and whether the windows are the ledger's."""


def main() -> None:
    """Print a line for each way."""
    os.environ |= CREDENTIALS
    print(f"{'':<40}" + "".join(f"{name + ' took':>20}" for name in CALLS) + f"{'refused calls':>15}")
    # Forked before any thread is there: two runs of one process wait for each other's logger.
    with ProcessPoolExecutor(len(CALLS), get_context("fork")) as runs:
        list(runs.map(time.sleep, [0.5] * len(CALLS)))
        for way, (pool, shared) in WAYS.items():
            with Sandbox(switches={"rate_scale": SCALE}) as box, TemporaryDirectory() as folder:
                (Path(folder) / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
                with dg.DagsterInstance.from_config(folder) as instance, Ledger.open(f"{folder}/ledger.db", "acme"):
                    instance.event_log_storage.set_concurrency_slots(POOL, 1)
                began = time.monotonic()
                waiting = [runs.submit(_run, name, folder, box.expensify_url, pool, shared) for name in CALLS]
                took = [f"{one.result() - began - AFTER * turn:>18.0f} s" for turn, one in enumerate(waiting)]
                refused = sum(call["code"] == 429 for call in box.calls)
            print(f"{way:<40}{''.join(took)}{refused:>15}", flush=True)


def _run(name: str, folder: str, url: str, pool: str | None, shared: bool) -> float:
    """A run in a process of its own; when it had ended, on the clock that processes share."""
    time.sleep(AFTER * list(CALLS).index(name))
    with dg.DagsterInstance.from_config(folder) as instance:
        assert _job(name, folder, url, pool, shared).execute_in_process(instance=instance).success
    return time.monotonic()


def _job(name: str, folder: str, url: str, pool: str | None, shared: bool) -> dg.JobDefinition:
    connection = ExpensifyConnection.model_validate(
        {"url": url, "partner_user_id": "aa_demo_partner", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}
    )
    limits = [RateLimit(limit.calls, limit.seconds * SCALE) for limit in LIMITS]
    of_the_run = ProcessWindows(limits)

    def call(times: int) -> None:
        with Ledger.open(f"{folder}/ledger.db", name.replace(" ", "_")) as ledger:
            windows = LedgerWindows(ledger, "the credential", limits) if shared else of_the_run
            with Expensify(connection, windows, Retry(attempts=1)) as client:
                for _ in range(times):
                    _until_taken(client)

    reading, writing = CALLS[name]

    @dg.op(pool=pool)
    def read() -> None:
        call(reading)

    @dg.op(ins={"after": dg.In(dg.Nothing)})
    def elsewhere() -> None:
        time.sleep(ELSEWHERE)

    @dg.op(pool=pool, ins={"after": dg.In(dg.Nothing)})
    def write() -> None:
        call(writing)

    @dg.job(name=name.replace(" ", "_"), executor_def=dg.in_process_executor, logger_defs={})
    def of_a_company() -> Any:
        write(elsewhere(read()))

    return of_a_company


def _until_taken(client: Expensify) -> None:
    while True:
        try:
            client.policies()
        except Transient:  # 429
            time.sleep(AGAIN)
        else:
            return


if __name__ == "__main__":
    main()
