"""What of Findity somebody sees who sets a company up: whether the credentials open it, its people, units and dimensions.

Belongs here: these looks. Does not belong here: what a run makes of units that are not there (``preflight``), the calls (``client``).
"""

from collections.abc import Callable, Mapping
from typing import Any

from destinations.abilities import Look
from destinations.findity.client import Findity
from destinations.findity.replies import error_of
from destinations.findity.structure.answers import dimension_table
from destinations.findity.structure.reading import DEFINITIONS


def looks(open_client: Callable[[], Findity], dimensions_used: bool) -> Mapping[str, Callable[[], Look]]:
    """The looks, in their order.

    Args:
        open_client: Gives a client.
        dimensions_used: Whether the settings name dimensions: else it is no matter that they are not shown.
    """

    def users() -> Look:
        with open_client() as client:
            count = len(client.users())
        return Look(f"The login opens it; {count:,} {'user is' if count == 1 else 'users are'} there.")

    def units() -> Look:
        with open_client() as client:
            there = client.units()
        choices = there[["externalSourceId", "name", "id"]].astype("str").fillna("")
        return Look(f"{len(there):,} {'unit' if len(there) == 1 else 'units'}.", choices=choices)

    def dimensions() -> Look:
        with open_client() as client:
            reply = client.request("GET", DEFINITIONS)
        if reply.status >= 400:
            return _not_shown(reply.status, reply.json, dimensions_used)
        there = dimension_table(reply.json)
        choices = there[["externalSourceId", "name"]].astype("str").fillna("")
        return Look(f"{len(there):,} {'dimension' if len(there) == 1 else 'dimensions'}.", choices=choices)

    return {"login and users": users, "units": units, "dimensions": dimensions}


def _not_shown(status: int, body: Any, used: bool) -> Look:
    code, _ = error_of(body, [])
    sentence = f"Findity does not show its dimensions ({f'{status} {code}'.strip()})."
    return Look(sentence, "The settings name dimensions: have Findity give the client the right to read them." if used else "")
