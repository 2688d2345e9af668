"""What a PUT of users does at Findity: an upsert by externalSourceId, a partial merge for each user.

Belongs here: the check and the merge of users. Does not belong here: the wire (`sandbox.findity`).
"""

import re
import uuid
from typing import Any

from sandbox.dimensions import unknown_presets
from sandbox.switches import Switches

REQUIRED = ("externalSourceId", "firstName", "lastName", "email")  # [S] marked required; its own update example leaves names out
SHORT_TEXTS = ("firstName", "lastName", "email", "personnelNumber", "role", "locale", "phone", "organizationalUnitId")
KNOWN = (*REQUIRED, *SHORT_TEXTS, "active", "approverIds", "bankAccount", "address", "dimensionPresets")  # [S]
LONGEST = 255  # [I] the length; that there is one: [O F3]
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")  # [S] international format with a plus


class UserError(Exception):
    """A user that cannot be taken. The message quotes values, as a real server's may."""

    def __init__(self, code: str, message: str, person: str | None) -> None:
        super().__init__(message)
        self.code, self.message, self.person = code, message, person


class Upsert:
    """One PUT: works on copies, so that a batch takes effect as a whole or not at all."""

    def __init__(self, state: dict[str, Any], organization: str, switches: Switches) -> None:
        self.state, self.switches = state, switches
        self.organization = organization
        self.stored: dict[str, Any] = state["organizations"][organization]["users"]
        self.units = {unit["id"] for unit in state["organizations"][organization]["units"]}
        self.changed: dict[str, dict[str, Any] | None] = {}
        self.holders = {user["email"].lower(): key for key, user in self.stored.items()}
        self.people = {user["personId"] for user in self.stored.values()}
        self.created: list[str] = []
        self.deleted: list[str] = []

    def run(self, items: list[dict[str, Any]], refused: dict[str, str]) -> list[dict[str, Any]]:
        """Check and merge every user, in order.

        Returns:
            For each the user as it now is, or an error if errors are for single users.

        Raises:
            UserError: for the first user at fault, if one fails the batch.
        """
        answers = []
        for item in items:
            key = item.get("externalSourceId")
            try:
                if key in refused:
                    code, _, why = refused[key].partition(": ")
                    raise UserError(code, why or "Refused", key)
                answers.append(self._one(item))
            except UserError as error:
                if self.switches.findity_put_errors == "batch":
                    raise
                answers.append({"externalSourceId": key, self.switches.findity_error_key: error.code, "message": error.message})
        return answers

    def commit(self, send_mails: bool) -> None:
        """Make the changes real, and note whom Findity would have mailed and deleted."""
        for key in self.deleted:
            self.stored.pop(key, None)
        self.stored.update({key: user for key, user in self.changed.items() if user is not None})
        named = [{"organization": self.organization, "externalSourceId": key} for key in self.deleted]
        self.state["deletions"].extend(named)
        if send_mails:  # [D F2] on by default; that only a creation sends one is [I]
            self.state["mails"].extend({"organization": self.organization, "externalSourceId": key} for key in self.created)

    def _one(self, item: dict[str, Any]) -> dict[str, Any]:
        key = item.get("externalSourceId")
        if not isinstance(key, str) or not key:
            raise UserError("REQUIRED_FIELD", "externalSourceId is required", None)  # [O F3] the code
        before = self.changed[key] if key in self.changed else self.stored.get(key)
        if item.get("delete") is True:
            return self._delete(key, before)
        given = {name: value for name, value in item.items() if name in KNOWN}  # others, and id and personId, are passed over [I]
        self._check(key, given, before)
        given = self._with_known_presets(key, given)
        user = self._merged(given, before) if before else self._new(given)
        if before is not None:
            self.holders.pop(before["email"].lower(), None)
        else:
            self.created.append(key)
        self.holders[user["email"].lower()] = key
        self.changed[key] = user
        return user

    def _delete(self, key: str, before: dict[str, Any] | None) -> dict[str, Any]:
        # [D F2] for the internal-id variant; whether this one knows it: [?]
        if self.switches.findity_delete_in_put == "refuse" or before is None:
            raise UserError("INVALID_JSON_BODY", "delete is not possible here", key)
        self.holders.pop(before["email"].lower(), None)
        self.changed[key] = None
        self.deleted.append(key)
        return {"externalSourceId": key}

    def _new(self, given: dict[str, Any]) -> dict[str, Any]:
        # [S] a person may have users in several organizations: personId goes with the address [I] and is not the user's id.
        person = self.state["persons"].setdefault(given["email"].lower(), uuid.uuid4().hex)
        fields = {name: value for name, value in given.items() if value is not None}
        return {"id": uuid.uuid4().hex, "personId": person, "active": True, "approverIds": []} | fields  # [S] active by default

    def _merged(self, given: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
        # [S] only what is sent changes; what takes a value away, null or an empty one: [?]
        if self.switches.findity_taken_away == "null":
            user = {name: value for name, value in (before | given).items() if value is not None}
        else:
            sent = {name: value for name, value in given.items() if value is not None}
            user = {name: value for name, value in (before | sent).items() if value not in ("", [], {})}
        if "active" not in given and self.switches.findity_update_without_active == "wake":
            user["active"] = True
        return user

    def _with_known_presets(self, key: str, given: dict[str, Any]) -> dict[str, Any]:
        if self.switches.findity_preset_unknown == "store" or "dimensionPresets" not in given:
            return given
        organization = self.state["organizations"][self.organization]
        unknown = unknown_presets(self.switches, organization, given["dimensionPresets"])
        if unknown and self.switches.findity_preset_unknown == "refuse":
            raise UserError("DIMENSION_VALUE_NOT_FOUND", "dimensionPresets: no such dimension or value", key)  # [?]
        return given | {"dimensionPresets": [preset for preset in given["dimensionPresets"] or [] if preset not in unknown]}

    def _check(self, key: str, given: dict[str, Any], before: dict[str, Any] | None) -> None:
        for name in REQUIRED:
            if (before is None or name in given) and given.get(name) in (None, ""):  # [I] an update may leave them out, not empty them
                raise UserError("EMAIL_IS_BLANK" if name == "email" else "REQUIRED_FIELD", f"{name} is required", key)  # [S], [O F3]
        for name in SHORT_TEXTS:
            value = given.get(name)
            if value is not None and (not isinstance(value, str) or len(value) > LONGEST):
                raise UserError("DB_SCHEMA_VIOLATION", f"{name}: field has too many characters", key)  # [O F3]
        self._check_email(key, given)
        if self.switches.findity_taken_away == "empty":
            given = {name: value for name, value in given.items() if value != ""}
        if given.get("phone") is not None and not _PHONE.fullmatch(given["phone"]):
            raise UserError("INVALID_PHONE_NUMBER", f"{given['phone']} is no phone number", key)  # [S] the code, of the Expense API
        if given.get("organizationalUnitId") is not None and given["organizationalUnitId"] not in self.units:
            raise UserError("ORGANIZATIONAL_UNIT_NOT_FOUND", "No such organizational unit", key)  # [?] the code; [S] the unit's id it is
        if "active" in given and not isinstance(given["active"], bool):
            raise UserError("INVALID_JSON_BODY", "active is a boolean", key)  # [S] boolean; the answer [?]
        approvers = given.get("approverIds")
        if approvers is not None and not (isinstance(approvers, list) and all(str(person) in self.people for person in approvers)):
            raise UserError("PERSON_NOT_FOUND", "approverIds are personIds of users", key)  # [S] personIds; the answer [?]

    def _check_email(self, key: str, given: dict[str, Any]) -> None:
        if "email" not in given:
            return
        if not _ADDRESS.fullmatch(given["email"]):
            raise UserError(
                "INVALID_EMAIL", f"{given['email']} is no e-mail address", key
            )  # [S] this code and the next, of the Expense API
        if self.holders.get(given["email"].lower(), key) != key:
            raise UserError("EMAIL_ALREADY_IN_USE", f"{given['email']} is already in use", key)
