"""How little address space a process asks for.

Belongs here: what the libraries that hold frames are told before they begin. Does not belong here: saying that memory does not suffice
(``resources.shortage``).

glibc keeps an arena of 64 MB for each thread that ever asked for memory, and Arrow's own allocator sets a gigabyte aside: of the 2.2 GB of
address space of a run with 100,000 people, 1.3 GB held nothing. Where that is limited, or counted, a run ended for want of what it had.
"""

import ctypes
import os
from typing import Final

_M_ARENA_MAX: Final = -8
"""glibc's name for it (`malloc.h`)."""
_ARENAS: Final = 2


def spare() -> None:
    """Have this process, and those that it starts, ask for no more than they use. Call it before pandas or a thread is there.

    Whoever has set `MALLOC_ARENA_MAX` or `ARROW_DEFAULT_MEMORY_POOL` keeps that. Where the C library is not glibc, nothing is to be done.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if "MALLOC_ARENA_MAX" not in os.environ:
        os.environ["MALLOC_ARENA_MAX"] = str(_ARENAS)  # for the processes that this one starts
        tell = getattr(ctypes.CDLL(None), "mallopt", None)
        if tell is not None:
            tell(_M_ARENA_MAX, _ARENAS)
