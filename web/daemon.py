"""Dagster's daemon, which ends with the process that started it, however that ended: ``python -m web.daemon PID run …``.

Belongs here: seeing that process end. Does not belong here: what the daemon does (Dagster), who starts it (``cli.ui``).
"""

import os
import signal
import sys
import threading
import time
from typing import Final

_EVERY: Final = 1.0
"""Seconds between two looks."""


def run_with(parent: int) -> None:
    """Run the daemon with what is left of the arguments until it ends, is told to, or the process `parent`, which started us, is gone."""
    from dagster._daemon.cli import main  # noqa: PLC0415 - seconds, in which the parent may end

    threading.Thread(target=_end_with, args=[parent], daemon=True).start()
    main()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:  # a dead parent may linger as a zombie, but its children are handed on at once
        time.sleep(_EVERY)
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    run_with(int(sys.argv.pop(1)))
