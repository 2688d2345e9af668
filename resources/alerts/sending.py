"""How a message leaves: by Apprise, within a time, and without a word of the URL.

Belongs here: asking the library, and what its answers mean. Does not belong here: who is told and what (``resources.alerts.settings``,
``resources.alerts.wording``), trying again (``resources.ledger.alerts``).

A target's URL is a secret, token and password included, and the library logs it: its logger is turned off, and no text of an error of its
own is passed on. What it sends is plain text.
"""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from resources.alerts.settings import Target
from resources.failures import Failed, Permanent

LONGEST: Final = 20.0
"""Seconds that all targets of a company have together: a tick of Dagster's has sixty. One that hangs costs the others nothing."""
INSTALL: Final = "pip install 'rollcall[alerts]'"
_LOGGERS: Final = ("apprise", "urllib3", "requests")


@dataclass(frozen=True)
class Message:
    """What one target is sent."""

    title: str
    body: str


def send(messages: Mapping[str, Message], targets: Mapping[str, Target], longest: float = LONGEST) -> dict[str, str]:
    """Send each target its message, all at the same time.

    Args:
        messages: Target → what it is sent.
        targets: Target → where that is.
        longest: For how many seconds answers are waited for.

    Returns:
        Target → what went wrong; empty where the far side took the message. One that did not answer in time may have it all the same.
    """
    found: dict[str, str] = {}
    try:
        if messages:
            _library()  # before time is counted: it takes its own to be loaded
    except Failed as failure:
        return dict.fromkeys(messages, str(failure))

    def work(name: str) -> None:
        try:
            found[name] = _send(targets[name].url.resolve(), messages[name])
        except Failed as failure:
            found[name] = str(failure)
        except Exception as error:  # a library's own: its text may hold the URL
            found[name] = f"It could not be sent ({type(error).__name__})."

    # Daemons: one that hangs for ever, in a name server say, keeps no process from ending.
    threads = [threading.Thread(target=work, args=(name,), daemon=True, name=f"alert {name}") for name in messages]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + longest
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    late = f"It did not answer within {longest:.0f} seconds."
    return {name: found.get(name, late) for name in messages}


def _send(url: str, message: Message) -> str:
    apprise, plugin = _plugin(url)
    taken = plugin.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT)
    return "" if taken else "It was not taken: the far side refused it, could not be reached, or did not answer in time."


def _plugin(url: str) -> tuple[Any, Any]:
    """The library, and its object for a URL."""
    apprise = _library()
    asset = apprise.AppriseAsset(app_id="Rollcall", app_desc="Rollcall", app_url="", storage_mode="memory", pgp_autogen=False)
    plugin = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise Permanent(
            "Its URL is none that Apprise knows, or lacks a part.", "See the service's page at https://appriseit.com/services/."
        )
    return apprise, plugin


def _library() -> Any:
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        import apprise  # noqa: PLC0415 - an extra, and half a second
    except ImportError:
        raise Permanent("Apprise, which sends alerts, is not installed.", f"Install it: {INSTALL}.") from None
    for name in _LOGGERS[:1]:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)  # it sets its own level when it is imported
    apprise.Apprise.instantiate("json://localhost")  # with the first, it loads all services that it knows
    return apprise
