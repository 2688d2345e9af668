"""Four people of whom two leave, and limits that hold that."""

from typing import Final

from tests.syncing import UNLIMITED
from tests.unit.roster.frames import person

LIMITS: Final = UNLIMITED.model_copy(update={"leave": UNLIMITED.leave.model_copy(update={"count": 1, "share": 0.0})})
PEOPLE: Final = (
    person("E1", manager_id="E1", first_name="Ada", last_name="Quistgaard", extra_policy="5E00000000000001"),
    *(
        person(f"E{number}", manager_id="E1", first_name=name, last_name="Quistgaard", extra_policy="5E00000000000001")
        for number, name in ((2, "Bo"), (3, "Cai"), (4, "Dag"))
    ),
)
