"""The switches of the sandbox: what no document settles, and what a test or a drill wants to vary.

Belongs here: one line for each switch with its default and what is known about it. Does not belong here: faults that strike single
requests (`sandbox.faults`).
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints


@dataclass
class Switches:
    """All switches with their defaults; names begin with the API that they concern."""

    expensify_legacy_path: bool = False
    """Serve `/Integration-Server/api` too: only [S] names it."""
    expensify_bad_credentials: int = 401
    """responseCode for credentials that are not known: [?]."""
    expensify_rate_limits: bool = True
    """Enforce 5 requests in 10 s and 20 in 60 s: [D E1]."""
    rate_scale: float = 1.0
    """Factor on the lengths of the rate windows, so that tests need not wait."""
    expensify_rate_answer: Literal["http", "body", "both"] = "both"
    """Whether 429 is the HTTP status, the responseCode or both: [?]."""
    expensify_invalid_record: Literal["skip", "reject"] = "skip"
    """An employee record with a missing or malformed field: that person skipped, or 410 for all. Both codes [D E1], which is when: [?]."""
    expensify_demotion: Literal["skip", "ignore"] = "skip"
    """An owner's or the caller's role cannot be lowered [D E1]; whether the person is skipped or the role passed over: [?]."""
    expensify_blocks: Literal["full", "sparse"] = "full"
    """`sparse` leaves empty blocks out of the updater's answer: they are optional [I]."""
    expensify_refill_custom_field1: bool = True
    """employeeID fills Custom Field 1 unless another value is passed [D E1]; here also over a value from an earlier request [I]."""
    expensify_email_case: Literal["keep", "lower"] = "keep"
    """How the policy getter spells addresses: [I]."""
    expensify_old_login: Literal["hidden", "beside", "instead"] = "hidden"
    """How the policy getter shows a member whose login changed: by the new one, by both, or by the old one still: [?]."""
    expensify_unknown_policy: Literal["404", "omit"] = "404"
    """The policy getter's answer for a policy that is not there: [?]."""
    expensify_clears: Literal["null", "empty", "zero", "nothing"] = "null"
    """What takes a stored optional value away: null, an empty text or list, 0 for a limit, or nothing at all: [?]."""
    expensify_create_report: Literal["enabled", "not_enabled"] = "enabled"
    """Whether Concierge has enabled creating reports for the domain [D E1]; one trial account could without [O E3]."""
    expensify_lag_reads: int = 0
    """After a write so many reads still show the state before it: [?]."""
    expensify_lag_seconds: float = 0.0
    """After a write reads show the state before it for so long: [?]."""
    expensify_unfetched_code: int = 410
    """responseCode for a feed that Expensify is to fetch, by `download` or `sftp`, and cannot: [?]."""
    expensify_unfetched_words: bool = True
    """Whether the message then says that it is about fetching, or nothing in particular: [?]."""

    findity_slash: Literal["redirect", "404"] = "redirect"
    """Trailing slashes are part of every admin path [D F1]; what the other spelling gives: [I]."""
    findity_version_header: bool = True
    """Require `X-Findity-ApiVersion: 3`: [D F1]; the refusal's form: [?]."""
    findity_token_seconds: float = 3600.0
    """Life of an access token: [D F1]."""
    findity_token_calls: int = 0
    """An access token dies after so many calls; 0 never: a drill."""
    findity_refresh_token: bool = True
    """Give a refresh token along: one documented sample has it, one does not [D F1]."""
    findity_list: Literal["documented", "array", "userList", "meta"] = "documented"
    """Shape of the user list. `documented`: flat array without max, {userList} with it [D F2]. `meta`: {meta, data} [S]."""
    findity_taken_away: Literal["null", "empty"] = "null"
    """What takes a value of a user's away, null or an empty one of its type; the other one does nothing: [?]."""
    findity_units: Literal["documented", "nested", "flat", "root"] = "documented"
    """Shape of the unit tree. `documented`: one root object with subUnits and ownerId [D F1]. A list of roots with children, a flat list
    with parentId, one root object with children: [I]."""
    findity_put_answer: Literal["users", "empty"] = "users"
    """What an accepted PUT answers: [?]."""
    findity_put_errors: Literal["batch", "item"] = "batch"
    """One bad user fails the whole PUT with 400, or only itself under 200: [?]."""
    findity_error_key: Literal["errorCode", "code", "error"] = "errorCode"
    """Where an error body keeps its code: [?]."""
    findity_error_shape: Literal["object", "list"] = "object"
    """Whether an error body is one object or a list of them: [?]."""
    findity_error_person: bool = False
    """Whether the error for a whole batch names the externalSourceId of the user at fault: [?]."""
    findity_unset: Literal["omit", "null"] = "omit"
    """How a user shows fields that were never set: [?]."""
    findity_update_without_active: Literal["keep", "wake"] = "keep"
    """An update that does not mention `active`, whose default is true [S]: state kept, or the user woken up: [I]."""
    findity_delete_in_put: Literal["apply", "refuse"] = "apply"
    """`delete: true` in a PUT: documented for the internal-id variant [D F2], not for this one [?]."""
    findity_invitation_mail: Literal["documented", "always"] = "documented"
    """Whether sendInvitationMail=false keeps everyone who is created from an e-mail: documented for the internal-id variant [D F2], not for
    this one [?]."""
    findity_lag_reads: int = 0
    """After a write so many reads still show the state before it: [?]."""
    findity_lag_seconds: float = 0.0
    """After a write reads show the state before it for so long: [?]."""
    findity_person_id: bool = True
    """Whether the list of users shows personIds, which approvers are named by: [?]."""
    findity_pkce: bool = True
    """Whether signing in needs PKCE: [?]."""
    findity_swapped_codes: bool = True
    """The codes for a body that is no JSON and for one without a known property as the page describes them, which looks swapped [S];
    off: by their names [I]."""
    findity_code_seconds: float = 600.0
    """Life of a verification code: [?]."""
    findity_me_answer: Literal["body", "empty"] = "body"
    """Whether a change of one's profile or settings is answered with what it has become, or with nothing: [?]."""
    findity_fields: Literal["list", "map"] = "list"
    """The fields format: groups as lists of {id, value}, or objects by id: [?]."""
    findity_recipients: Literal["meta", "array"] = "meta"
    """The list of extra recipients: {meta, data} as other lists [I], or an array."""
    findity_search_page: int = 100
    """The largest page that the search gives, whatever max says: [?]."""

    findity_structure_list: Literal["array", "data"] = "array"
    """Shape of lists of dimensions, values and approvers: [?]."""
    findity_structure_answer: Literal["objects", "empty"] = "objects"
    """What an accepted PUT of dimensions, values, approvers or units answers: [?]."""
    findity_approver_by: Literal["personId", "approverExternalId", "both"] = "personId"
    """How whoever approves for a value is named, and shown: two of the vendor's pages differ [D F1]."""
    findity_approver_list: Literal["flat", "grouped"] = "flat"
    """Whether the approvers of values are one list, or a list of each value: [?]."""
    findity_approvers_put: Literal["merge", "replace"] = "merge"
    """Whether approvers that a PUT does not mention stay: [?]."""
    findity_value_ids: Literal["external", "own", "both"] = "external"
    """What names a value in presets and approvals: the id that the client gave it, as in an example [S], or Findity's own: [?]."""
    findity_preset_unknown: Literal["store", "refuse", "ignore"] = "store"
    """A preset of a dimension or value that is not there: kept all the same, the user refused, or passed over: [?]."""
    findity_unit_parts: Literal["nested", "owner", "both"] = "both"
    """How a new unit says which one is above it: by standing in its subUnits, or by ownerId: [?]."""

    def changed(self, **values: Any) -> "Switches":
        """Return a copy with other settings; texts are read as the switch's type.

        Raises:
            ValueError: for a switch that does not exist or a value it cannot have.
        """
        kinds = get_type_hints(Switches)
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"no switch '{name}'; there are: {', '.join(field.name for field in fields(self))}")
            values[name] = _read(name, value, kinds[name])
        return replace(self, **values)


def _read(name: str, value: Any, kind: Any) -> Any:
    if get_origin(kind) is Literal:
        if str(value) not in get_args(kind):
            raise ValueError(f"switch '{name}' is one of {', '.join(get_args(kind))}")
        return str(value)
    if kind is bool:
        words = {"true": True, "on": True, "1": True, "yes": True, "false": False, "off": False, "0": False, "no": False}
        if str(value).lower() not in words:
            raise ValueError(f"switch '{name}' is on or off")
        return words[str(value).lower()]
    try:
        if isinstance(value, bool):
            raise TypeError
        return kind(value)
    except (TypeError, ValueError):
        raise ValueError(f"switch '{name}' is a number") from None
