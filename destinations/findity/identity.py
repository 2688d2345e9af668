"""What of Findity is a company's alone: its organization. Whichever key opens it, it is the same one."""

from collections.abc import Callable, Sequence

from destinations.findity.settings import Settings
from destinations.identity import Identity, same_place
from resources.environment import EnvText


def identities(settings: Settings, value: Callable[[EnvText], str]) -> Sequence[Identity]:
    """By the settings; `value` says what one of them says."""
    where = settings.connection
    return [Identity("organization", same_place(value(where.admin_url), value(where.organization)))]
