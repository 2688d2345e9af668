"""Who approves for something at Findity, by what was read."""

import pandas as pd

from destinations.findity.settings import Settings
from destinations.findity.structure.routed import assigned

SETTINGS = Settings.model_validate(
    {
        "connection": {"organization": "acme", "client_id": "key", "client_secret": {"env": "FINDITY_SECRET"}},
        "users": {"organizationalUnitId": "department"},
        "approval": ["departments"],
        "departments": {"approvers": [{"employee": "E1"}]},
    }
)
USERS = pd.DataFrame({"personId": ["p1", "p2", None], "externalSourceId": ["E1", "E2", "E3"]}, dtype="str")


def read(**frames: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {"users": USERS, "structure_unread": pd.DataFrame({"what": [], "why": []}, dtype="str"), **frames}


def approving(person: str | None, external: str | None) -> pd.DataFrame:
    return pd.DataFrame({"personId": [person], "approverExternalId": [external]}, dtype="str")


def test_whoever_approves_for_a_unit_or_a_value_is_found_by_either_id():
    assert assigned(read(unit_approvers=approving("p2", None)), SETTINGS).tolist() == [False, True, False]
    assert assigned(read(value_approvers=approving(None, "E3")), SETTINGS).tolist() == [False, False, True]
    assert assigned(read(), SETTINGS).tolist() == [False, False, False]


def test_where_a_list_could_not_be_read_each_may_approve():
    unread = pd.DataFrame({"what": ["unit approvers"], "why": ["refused"]}, dtype="str")
    assert assigned(read(structure_unread=unread), SETTINGS).tolist() == [True, True, True]
