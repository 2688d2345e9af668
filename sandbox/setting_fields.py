"""A person's settings in Findity's fields format: groups of fields, of which some change others when they are sent.

The names of the groups and `requiresUpdate` are [S]; everything else of the format is in a guide that could not be had [?]: a field is
{id, type, value, requiresUpdate}, a group is {id, fields}, and a switch gives the other likely shape.

Belongs here: the fields, and what is worked out anew when they change. Does not belong here: the wire (`sandbox.me`).
"""

from typing import Any, Final

from sandbox.accounts import AccountError

GROUPS: Final = {
    "settings.personalGroup": ("firstName", "lastName", "email", "mobilePhone"),
    "settings.bankGroup": ("bankAccountNumber", "IBAN", "BIC"),
    "settings.experienceGroup": ("defaultCurrency", "language", "formattingRegion"),
    "settings.appGroup": ("appTheme", "appPrompts"),
    "settings.notificationGroup": ("notifyCard",),
    "temporaryApprovalGroup": ("temporaryApprovers",),
}
REQUIRES_UPDATE: Final = ("language", "appTheme")  # [?] which of them: here those on which another depends
READ_ONLY: Final = ("email", "mobilePhone", "temporaryApprovers")  # [I] the first two change in two steps
REGIONS: Final = {"sv_SE": "sv_SE", "en_US": "en_US", "nb_NO": "nb_NO", "da_DK": "da_DK"}


def shown(account: dict[str, Any], shape: str) -> Any:
    """The settings, as the fields format has them."""
    groups = [{"id": group, "type": "GROUP", "fields": [_field(account, name) for name in names]} for group, names in GROUPS.items()]
    for group in groups:
        # [?] which fields come and go: here a dark theme alone asks for its prompts
        group["fields"] = [field for field in group["fields"] if field["id"] != "appPrompts" or account["appTheme"] == "DARK"]
    if shape == "map":
        return {group["id"]: {field["id"]: {k: v for k, v in field.items() if k != "id"} for field in group["fields"]} for group in groups}
    return {"fields": groups}


def _field(account: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        "id": name,
        "type": "TEXT",
        "value": account.get(name),
        "requiresUpdate": name in REQUIRES_UPDATE,
        "readOnly": name in READ_ONLY,
    }


def take(account: dict[str, Any], body: Any) -> None:
    """Take a structure that was sent back, and work out anew what depends on what it changed [S that it is so, ? what depends].

    Raises:
        AccountError: It holds no field that there is.
    """
    given = dict(_fields(body))
    names = {name for group in GROUPS.values() for name in group} - set(READ_ONLY)
    if not given.keys() & names:
        raise AccountError("INVALID_JSON_BODY")
    before = account["language"], account["appTheme"]
    for name in given.keys() & names:
        account[name] = given[name]
    if account["language"] != before[0]:
        account["formattingRegion"] = REGIONS.get(account["language"], account["formattingRegion"])
    if account["appTheme"] != before[1]:
        account["appPrompts"] = None


def _fields(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [pair for each in value for pair in _fields(each)]
    if not isinstance(value, dict):
        return []
    if "value" in value and "id" in value:
        return [(str(value["id"]), value["value"])]
    direct = [(name, each["value"]) for name, each in value.items() if isinstance(each, dict) and "value" in each and "id" not in each]
    return direct + [pair for each in value.values() for pair in _fields(each)]
