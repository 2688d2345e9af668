"""How little memory a process asks for.

Belongs here: what the libraries that hold frames are told before they begin, giving back what is free. Does not belong here: saying that
memory does not suffice (``resources.shortage``).

glibc keeps an arena of 64 MB for each thread that ever asked for memory, and Arrow's own allocator sets a gigabyte aside: of the 2.2 GB of
address space of a run with 100,000 people, 1.3 GB held nothing. Where that is limited, or counted, a run ended for want of what it had.
"""

import ctypes
import os
from typing import Final

_M_ARENA_MAX: Final = -8
"""glibc's name for it (`malloc.h`)."""
_ARENAS: Final = 2
_M_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 1 << 20
"""Bytes from which a piece of memory is the system's again once it is free. glibc begins with 128 KB, but raises it to 32 MB as it goes:
then the blocks of a frame stay with the process between others that are in use, and a run holds twice what it needs. With 128 KB each
column of some ten thousand rows is memory that the system fills with zeros first: an eighth of a quiet night of 100,000 people."""
_M_TRIM_THRESHOLD: Final = -1
_KEPT: Final = 32 << 20
"""Bytes that are free behind all that is in use and stay with the process, since the next column needs them."""
_OPTIONS: Final = (
    ("MALLOC_ARENA_MAX", _M_ARENA_MAX, _ARENAS),
    ("MALLOC_MMAP_THRESHOLD_", _M_MMAP_THRESHOLD, _LARGE),
    ("MALLOC_TRIM_THRESHOLD_", _M_TRIM_THRESHOLD, _KEPT),
)


def spare() -> None:
    """Have this process, and those that it starts, ask for no more than they use. Call it before pandas or a thread is there.

    Whoever has set one of these variables keeps that. Where the C library is not glibc, nothing is to be done.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    for name, option, value in _OPTIONS:
        if name not in os.environ:
            os.environ[name] = str(value)  # for the processes that this one starts
            if tell is not None:
                tell(option, value)


def give_back() -> None:
    """Let the system have what is free between pieces that are in use. Where the C library is not glibc, nothing is done."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
