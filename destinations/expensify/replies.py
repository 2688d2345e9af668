"""What Expensify's replies say: codes, refusals, and its own account of an employee job.

Belongs here: the shapes of replies, what they mean, and where its own account is not the plan. Does not belong here: sending (``client``).
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from destinations.replies import Answer, Records, for_owner, quoted, speaks_of_failing, statuses, without_people
from resources.failures import Permanent, Refused, Unanswered
from resources.http import Reply, Verdict, by_status
from roster.plan.outcomes import ANSWER_SILENT, NOT_IN_ANSWER
from roster.records import TAKEN_AWAY

Skip = tuple[str, str]
"""An e-mail address and the reason for which Expensify skipped it, both as Expensify wrote them."""

PUBLIC: Final = frozenset({"policyID", "additionalPolicyIDs", "role", "employeeID", "workerStatus", "domainGroupID", "defaultTags"})
"""Fields whose values may stay in a message: they say nothing about who somebody is."""

PARTIAL: Final = 207
"""The code of what was done in part; documented of reports alone. What was not done stands in a write's skips, or nobody knows it."""
_RECORD_CODES = (410,)
"""Codes of what is sent: 410 is what the vendor's documents give for input that is not valid. 500 is for much, its own faults too."""
_ACCESS_WORDS = re.compile(r"authoriz|authentic|credential|permission|partneruser", re.IGNORECASE)
_CREDENTIAL_WORDS = re.compile(r"authentic|credential|partneruser", re.IGNORECASE)
_ACCESS: Final = "Check the partner credentials (they end with the account's password) and the account's rights."
_ADVICE: Final = {
    401: "Check the partner credentials: they end with the account's password.",
    403: "Check the account's rights: it must be an admin of every policy that is written, and of the domain.",
    404: "Check the policies that the settings and HR's file name: one is not there, or the account does not see it.",
}
"""Codes of what we are and where we look, and what to do about each."""


_APPROVERS: Final = ("managerEmail", "approvesTo", "overLimitApprover")
"""Fields of a record that name somebody by an address."""
Logins = Callable[[], Mapping[str, str]]
"""Gives address, in small letters → employee number, of everyone whom the ledger knows by one address alone."""
Pairs = set[tuple[str, str]]
Block = dict[str, list[str]]
"""Policy or domain group → addresses."""
_REMOVES = "shouldRemoveFromUnassignedPolicies"
_SKIPPED: Final = "skippedEmployees"
_NONE: Final = (None, "", "0", "none", "false", False, 0)


@dataclass(frozen=True)
class UpdateAnswer:
    """Expensify's own account of one employee job. Optional parts that it left out are empty.

    Attributes:
        code: responseCode; 200, or 207 with skips, or the client would have raised.
        dry_run: Whether nothing was to be changed.
        updated_count: updatedEmployeesCount, if given.
        diff_to_add: policyID → addresses that were, or would be, added: also of managers who are not in the feed.
        diff_to_remove: The same for removals.
        groups: Domain group → addresses.
        silent: Which of the three are empty because the answer has no such part: that is unanswered, and not nobody.
        skipped: Who was not updated, and why: raw, for owner-only files.
        request_bytes: Length of the request's body, and of the feed where Expensify fetches it.
        seconds: From the first attempt to the answer, waits included.
        calls: HTTP attempts.
    """

    code: int
    dry_run: bool
    updated_count: int | None = None
    diff_to_add: Block = field(default_factory=dict, repr=False)
    diff_to_remove: Block = field(default_factory=dict, repr=False)
    groups: Block = field(default_factory=dict, repr=False)
    skipped: list[Skip] = field(default_factory=list, repr=False)
    silent: tuple[str, ...] = ()
    request_bytes: int = 0
    seconds: float = 0.0
    calls: int = 0


@dataclass(frozen=True)
class FeedAnswer(Answer):
    """What became of one feed. `update` is Expensify's own account, raw; `other_skips` those whose address is in none of the records."""

    update: UpdateAnswer | None = field(default=None, repr=False)
    other_skips: list[Skip] = field(default_factory=list, repr=False)

    def counts(self) -> dict[str, Any]:
        """Its account in figures."""
        if self.update is None:
            return {}
        return {
            "updated": self.update.updated_count,
            "added": _sizes(self.update.diff_to_add),
            "removed": _sizes(self.update.diff_to_remove),
            "groups": _sizes(self.update.groups),
            "skipped": len(self.update.skipped),
        }

    def reply(self) -> dict[str, Any] | None:
        """Its account, with addresses."""
        return dict(vars(self.update)) if self.update else None


def _sizes(block: Block) -> dict[str, int]:
    return {name: len(emails) for name, emails in block.items()}


def judge(reply: Reply) -> Verdict:
    """The body's code goes before the HTTP status; 429 may come as either (nothing says which)."""
    code = code_of(reply.json)
    if code is None:
        return by_status(reply)
    if code in (502, 503, 504):  # not Expensify's own codes: something before it that imitates its answers
        return "broken"
    return "busy" if code == 429 else "answer"


def code_of(body: Any) -> int | None:
    """responseCode, which has been seen as a number, as text and as a fraction."""
    return whole_number(body.get("responseCode")) if isinstance(body, dict) else None


def whole_number(value: Any) -> int | None:
    """A number that may come as text or as a fraction; None where it is none."""
    try:
        return None if value is None else int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None


def check_dry_run(body: Mapping[str, Any], dry_run: bool) -> None:
    """Whether a job was run as it was asked for, as far as the answer says.

    Raises:
        Permanent: A write was taken for a dry run, of which nobody may count as written; or a dry run for a write.
    """
    done = {True: True, False: False, "true": True, "false": False}.get(_folded(body.get("dry-run")), dry_run)
    if done and not dry_run:
        raise Permanent("Expensify took a write for a dry run: nothing was written.", "Check with Expensify why; then run again.")
    if dry_run and not done:
        what = "Expensify took a dry run for a write: what was to be tried may have been written."
        raise Permanent(what, "Check with Expensify why; then run the whole job again, so that it reads anew.")


def _folded(value: Any) -> Any:
    return value.strip().casefold() if isinstance(value, str) else value if isinstance(value, bool) else None


def no_answer(reply: Reply, writes: bool, lacks: str = "holds no responseCode") -> Permanent | Unanswered:
    """What a reply without a code, or without something else that it must hold, is."""
    what = f"Expensify's answer (HTTP {reply.status}) {lacks}."
    if writes and reply.status < 400:
        return Unanswered(f"{what} What was sent may have been applied or not.", "Run again: it is safe to repeat.")
    return Permanent(what, "Check the url in the settings and what stands between this machine and Expensify.")


def refusal(code: int, message: str, records: Records, secrets: Iterable[str]) -> Permanent:
    """What a code other than 200 is: a refusal of these records, or of us."""
    message_shown = without_people(message, records, PUBLIC, secrets)
    what = f"Expensify refused: {code} {message_shown}".rstrip(" .") + "."
    blamed = quoted(message, records, "employeeID")
    people = {record["employeeID"] for record in records}
    # In a request of one person alone every value is theirs alone: that says what it is about, and not that they are at fault.
    several = len(people) > 1
    of_some = several and 0 < len(blamed.named | blamed.several) < len(people)
    if not of_some and (code in _ADVICE or _ACCESS_WORDS.search(message)):
        # A 403 may speak of credentials, and then it is about these.
        return Permanent(what, _ACCESS if code != 401 and _CREDENTIAL_WORDS.search(message) else _ADVICE.get(code, _ACCESS))
    of_record = code in _RECORD_CODES or bool(blamed.named)
    return Refused(
        what, str(code), message_shown, named=blamed.named if several else (), quoted=blamed.several if several else (), of_record=of_record
    )


def by_person(chunk: Records, update: UpdateAnswer, logins: Logins = dict) -> FeedAnswer:
    """Expensify answers by address; we account by number. A person is accepted if none of their records was skipped.

    Args:
        chunk: What was sent.
        update: The answer.
        logins: Whose other addresses are known, where an answer names one that was not sent.

    Raises:
        Refused: Somebody was skipped, and nobody knows who of several, so that nobody can pass for accepted.
    """
    by_email: dict[str, Records] = {}
    for record in chunk:
        by_email.setdefault(folded(record["employeeEmail"]), []).append(record)
    refused: dict[str, str] = {}
    other: list[Skip] = []
    people = {record["employeeID"] for record in chunk}
    for email, reason in update.skipped:
        theirs = by_email.get(folded(email), [])
        # Somebody who only approves, or whom the ledger knows, is not one of these.
        if not theirs and not any(folded(email) == folded(str(record.get(name) or "")) for record in chunk for name in _APPROVERS if email):
            number = logins().get(folded(email))
            theirs = chunk if number is None else [record for record in chunk if record["employeeID"] == number]
            if number is None and len(people) > 1:
                shown = without_people(reason, chunk, PUBLIC)
                raise Refused(f"Expensify skipped somebody: {shown}.", "skipped", shown)
        refused.update(dict.fromkeys((record["employeeID"] for record in theirs), without_people(reason, theirs, PUBLIC)))
        if not theirs:
            other.append((email, reason))
    table = statuses((record["employeeID"] for record in chunk), refused=refused)
    unproven = table["key"].map(_without_group(chunk, update)).astype("str").where(table["status"].eq("accepted"))
    return FeedAnswer(
        table.assign(reason=table["reason"].fillna(unproven)),
        code=str(update.code),
        request_bytes=update.request_bytes,
        seconds=update.seconds,
        calls=update.calls,
        update=update,
        other_skips=other,
    )


def _without_group(chunk: Records, update: UpdateAnswer) -> dict[str, str]:
    """Employee number → reason, of those whose `domainGroupID` the answer does not show: nothing else ever does."""
    sent = [record for record in chunk if record.get("domainGroupID") and not record.get("isTerminated")]
    if "groups" in update.silent:
        return {record["employeeID"]: ANSWER_SILENT for record in sent}
    shown = {group: {folded(email) for email in emails} for group, emails in update.groups.items()}
    lacking = [record for record in sent if folded(record["employeeEmail"]) not in shown.get(record["domainGroupID"], ())]
    return {record["employeeID"]: NOT_IN_ANSWER for record in lacking}


def folded(email: str) -> str:
    """An address as Expensify compares it."""
    return email.strip().casefold()


def skips(body: Mapping[str, Any], reply: Reply, writes: bool) -> list[Skip]:
    """The entries of skippedEmployees, and of any other list that is by its name about what failed; without an address where one does not
    say whom it is about.

    Raises:
        Unanswered, Permanent: What is there is no list, or says that there are more: that is not to have skipped nobody.
    """
    found: list[Skip] = []
    most = 0
    for name, value in body.items():
        if not speaks_of_failing(name) or (name != _SKIPPED and value in _NONE):
            continue
        count = whole_number(value) if name != _SKIPPED and not isinstance(value, bool) else None
        if count is not None:
            most = max(most, count)
        elif value not in (None, {}) and not isinstance(value, list):
            raise no_answer(reply, writes, "tells in no known shape who was skipped")
        else:
            found += [_skip({"email": item} if isinstance(item, str) else as_object(item)) for item in value or []]
    says_so = code_of(body) == PARTIAL or speaks_of_failing(str(body.get("responseMessage") or ""))
    if most > len(found) or (says_so and not found):
        raise no_answer(reply, writes, "says that something was left out, and not of whom")
    return found


def _skip(found: Mapping[str, Any]) -> Skip:
    email = found.get("email") or found.get("employeeEmail")
    return email if isinstance(email, str) and email.strip() else "", str(found.get("reason") or "no reason given")


def as_object(value: Any) -> dict[str, Any]:
    """The object that should be there; an empty one where something else is."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The list that should be there, likewise."""
    return value if isinstance(value, list) else []


def as_lists(value: Any) -> dict[str, list[str]]:
    """The object of lists of text that should be there, likewise."""
    return {str(key): [str(item) for item in items] for key, items in as_object(value).items() if isinstance(items, list)}


def silent_in(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Of which optional parts an answer says nothing."""
    diff = as_object(body.get("diff"))
    found = {
        "diff_to_add": diff.get("diffToAdd"),
        "diff_to_remove": diff.get("diffToRemove"),
        "groups": body.get("securityGroupEmployeesMap"),
    }
    return tuple(name for name, value in found.items() if not isinstance(value, dict))


def disagreements(records: pd.DataFrame, replies: Sequence[Mapping[str, Any]], again: bool = False, *, invites: bool) -> list[str]:
    """What the replies to a feed, taken together, say that the plan does not.

    Args:
        records: the plan's records that were sent.
        replies: for each request ``updated_count``, ``diff_to_add``, ``diff_to_remove`` (policy → addresses), ``groups`` (domain group →
            addresses), ``silent`` (which of the three the answer does not have) and ``skipped`` (pairs of address and reason).
        again: an attempt before this one may have sent some of them, and been told of what it did.
        invites: Expensify was asked to invite managers to the policies in which they approve, so that doing it is no disagreement.

    Returns:
        A sentence for each disagreement, with counts and policies and no addresses.
    """
    if not replies:
        return []
    leaving = records["action"].eq("deactivate") | (records["isTerminated"].eq("true") if "isTerminated" in records else False)
    staying = records[~leaving]
    mine = staying["employeeEmail"].str.lower()
    added = _pairs(staying["policyID"], mine) | _further(staying)
    removed = _pairs(records.loc[leaving, "policyID"], records.loc[leaving, "employeeEmail"].str.lower())
    removing = set(mine[staying[_REMOVES].eq("true")]) if _REMOVES in staying else set()
    managers = set(staying["managerEmail"].str.lower().dropna())
    reported_added, reported_removed = _reported(replies, "diff_to_add"), _reported(replies, "diff_to_remove")
    skipped = {email.strip().lower() for reply in replies for email, _ in reply["skipped"]}
    counts = [reply["updated_count"] for reply in replies]
    expected = len(set(records["employeeEmail"].str.lower()) - skipped)
    # Whoever moves is counted twice: they leave the old policy in a request of its own, after the others.
    moving = records.loc[leaving & records["action"].eq("update"), "employeeEmail"].str.lower()
    expected += len(set(moving) - skipped)
    invited = {pair for pair in reported_added - added if pair[1] in managers}
    missing = {pair for pair in removed if pair[1] not in skipped} - reported_removed
    # A block that is not in an answer may have been left out because it is empty, or not: nothing is missing by it.
    silent = any(is_silent(reply, "diff_to_remove") for reply in replies)
    grouped, shown, ungrouped = _groups(staying), _reported(replies, "groups"), any(is_silent(reply, "groups") for reply in replies)
    lacking = {pair for pair in grouped - shown if pair[1] not in skipped}
    unsent = skipped - {"", *records["employeeEmail"].str.lower()}
    faults = [
        (len(unsent), "people whom Expensify skipped have an address that was not sent"),
        (0 if invites else len(invited), "additions are managers whom Expensify invites to policies by itself, because they approve there"),
        (len(reported_added - added - invited), "additions to policies are not in the plan"),
        (len({pair for pair in reported_removed - removed if pair[1] not in removing}), "removals from policies are not in the plan"),
        (0 if again or silent else len(missing), "planned removals are not in Expensify's answer"),
        (0 if ungrouped else len(lacking), "people are not in the domain group that was sent for them, by Expensify's answer"),
        (len(lacking) if ungrouped else 0, "people have a domain group of which Expensify's answer says nothing"),
        (len(shown - grouped), "people are in a domain group by Expensify's answer that was not sent for them"),
    ]
    sentences = [f"{count} {what}" for count, what in faults if count]
    if None not in counts and sum(counts) != expected:
        sentences.append(f"Expensify counts {sum(counts)} updated people, the plan has {expected}")
    return sentences


def whole_reasons(records: pd.DataFrame, replies: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Person → the reason in `skippedEmployees`, as Expensify wrote it, as far as it repeats what was sent of them.

    Args:
        records: the plan's records.
        replies: with ``skipped`` (pairs of address and reason).
    """
    skipped = {folded(email): reason for reply in replies for email, reason in reply["skipped"]}
    if not skipped:
        return {}
    addresses = records["employeeEmail"].astype("str").map(folded, na_action="ignore")
    theirs: list[dict[str, Any]] = records[addresses.isin(list(skipped))].drop_duplicates("person").to_dict("records")  # type: ignore[assignment]
    return {one["person"]: for_owner(skipped[folded(one["employeeEmail"])], one) for one in theirs}


def is_silent(reply: Mapping[str, Any], part: str) -> bool:
    """Whether a reply says nothing of a part; one that was stored by an earlier version does not say which it left out."""
    return part not in reply or part in reply.get("silent", ())


def _reported(replies: Sequence[Mapping[str, Any]], part: str) -> Pairs:
    blocks = [reply.get(part, {}) for reply in replies]
    return {(policy, email.strip().lower()) for block in blocks for policy, emails in block.items() for email in emails}


def _pairs(names: pd.Series, addresses: pd.Series) -> Pairs:
    return set(zip(names.to_numpy(), addresses.to_numpy(), strict=True))  # an Arrow column hands out its values one by one slowly


def _groups(staying: pd.DataFrame) -> Pairs:
    if "domainGroupID" not in staying:
        return set()
    rows = staying[staying["domainGroupID"].notna() & staying["domainGroupID"].ne(TAKEN_AWAY)]
    return _pairs(rows["domainGroupID"], rows["employeeEmail"].str.lower())


def _further(staying: pd.DataFrame) -> Pairs:
    if "additionalPolicyIDs" not in staying:
        return set()
    rows = staying.dropna(subset="additionalPolicyIDs")
    lists = rows["additionalPolicyIDs"].map({text: json.loads(text) for text in rows["additionalPolicyIDs"].unique()})
    each = pd.DataFrame({"policy": lists, "email": rows["employeeEmail"].str.lower()}).explode("policy").dropna()
    return _pairs(each["policy"], each["email"])
