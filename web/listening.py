"""uvicorn, which says when it listens.

Belongs here: that. Does not belong here: what is served (``web.webserver``, ``web.serve``).
"""

from collections.abc import Callable
from typing import Any

import uvicorn


class Listening(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], Any]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: Any = None) -> None:
        """Begin to listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()
