"""Reason codes in words: what is the matter, what to do, and who does it.

Belongs here: the tables of words that both reports share. Does not belong here: who gets which code; that is decided where it happens;
the words for codes that one destination alone uses (its ``REASONS``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Owner = Literal["HR", "Finance", "IT", "nobody"]


@dataclass(frozen=True)
class Reason:
    """What a reason code means to somebody who has to act on it."""

    words: str
    what_to_do: str
    owner: Owner
    stays: bool = False
    """Told of somebody who has left and is kept there for it: they are none who could not be brought in."""


REASONS: Final[dict[str, Reason]] = {
    # The row itself: HR's.
    "missing": Reason("A field that is needed is empty", "Fill the field in.", "HR"),
    "employee_id": Reason("No usable employee number", "Enter the employee number in this row.", "HR"),
    "email": Reason("No usable e-mail address", "Enter a working e-mail address.", "HR"),
    "worker_status": Reason("The worker status is not one we know", "Use an agreed status, or have the new one mapped.", "HR"),
    "date": Reason("A date cannot be read", "Write the date in the agreed format.", "HR"),
    "date_ambiguous": Reason("A date can be read as two different days", "Write all dates in one format, and have one set.", "HR"),
    "end_long_past": Reason(
        "Here by their status, and gone for more than twenty years by their end date", "Correct the one or the other.", "HR"
    ),
    "status_unread": Reason("No status can be read", "Write it as agreed, or have the settings list the word.", "HR"),
    "status_and_end": Reason("Status and end date contradict each other", "Correct the one or the other.", "HR"),
    "damaged": Reason(
        "A value was damaged on its way into the file", "Send the original export in UTF-8, without opening it in a spreadsheet.", "HR"
    ),
    "nothing": Reason("A word for nothing stands where a value is needed", "Fill the field in, or have the word named as one.", "HR"),
    "duplicate_employee_id": Reason("Several rows share this employee number and differ", "Keep one, or correct the number.", "HR"),
    "duplicate_email": Reason("Several people share this e-mail address", "Give each person an address of their own.", "HR"),
    "jobs_unsettled": Reason("Has several jobs, and nothing says which is the first", "Mark one of the rows as the first job.", "HR"),
    "number_unread_beside": Reason(
        "Has left by this row, and may be here by another one whose employee number cannot be read",
        "Enter the employee number in that other row.",
        "HR",
    ),
    "line_unread_beside": Reason(
        "A line of the file that cannot be read may be theirs, and say otherwise than this row",
        "Correct the line that does not fit the header.",
        "HR",
    ),
    "job_unread": Reason("Whether another job of theirs goes on cannot be read", "Correct status and dates in the row of that job.", "HR"),
    "same_person": Reason(
        "Is said to be one person with somebody who is here under another number",
        "End the row of the number that is not used any more, or have the pair taken out of the settings (same_person).",
        "HR",
    ),
    "fields": Reason("The line does not fit the header", "Look for a stray quote, delimiter or line break in this line.", "HR"),
    "no_row_beside": Reason(
        "The file that says more of people has no row of this person", "Have that file have a row with this person's key.", "HR"
    ),
    "no_person": Reason("A row that says more of somebody is of nobody in the other files", "Correct its key, or add its person.", "HR"),
    "key_repeated": Reason("Several people have the key by which files are joined", "Give each person a key of their own.", "HR"),
    "says_left": Reason(
        "Has left by HR's file, in a row that cannot be used", "Mend the row; until then close their accounts by hand.", "HR"
    ),
    "says_left_undated": Reason(
        "Has left by their status, with a last day that cannot be read",
        "Write the date in the agreed format; if it is past, close their accounts by hand until then.",
        "HR",
    ),
    # A value of a row that is used without it: HR's.
    "phone": Reason("The phone number cannot be read", "Write it with its country, such as +46 70 174 06 01.", "HR"),
    "country": Reason("The country is no two-letter code", "Write the country as a code, such as SE.", "HR"),
    "approval_limit": Reason("The approval limit cannot be read", "Write it as a plain number, or have `decimal` set.", "HR"),
    "locale": Reason("The language is not written as a locale", "Write it like sv_SE.", "HR"),
    "bank_account": Reason("The account is no account number", "Write the whole number, unmasked.", "HR"),
    "bic": Reason("The code of the bank (BIC) is none", "Write the eight or eleven characters of the bank's code.", "HR"),
    "zone": Reason("The time zone cannot be read", "Write it like Europe/Stockholm, or have it mapped.", "HR"),
    "status_counts": Reason("The end date contradicts the status, and is left out", "Correct the one or the other.", "HR"),
    "shared_account": Reason("Several people have this account", "Give each person an account of their own.", "HR"),
    "ambiguous": Reason("The manager's key or name stands for several people", "Name the manager by something that is theirs alone.", "HR"),
    "unknown": Reason("Nobody in the file has the manager's key or name", "Correct the manager of this row.", "HR"),
    "partial": Reason("Half of what names the manager is missing", "Fill in the rest, or empty it where there is no manager.", "HR"),
    "gone_unknown": Reason(
        "Marked as gone under a number that nobody had", "Send the mark with their number: until then they keep their access.", "HR"
    ),
    "mark_unread": Reason(
        "May be marked as gone, by a word that the settings do not name",
        "Send the row with the agreed mark, or have this word named (changes.deleted): until then they keep their access.",
        "HR",
    ),
    "name": Reason(
        "The name is a number, an address or a word for how somebody stands", "Write the name; two cells may have changed places.", "HR"
    ),
    "whole_name": Reason(
        "The name cannot be told apart into a first and a last one", "Write it in the agreed way, with a dash for none.", "HR"
    ),
    "addresses": Reason("Several e-mail addresses stand in one cell", "Leave the one that is theirs at work.", "HR"),
    "two_scripts": Reason("An e-mail address has a Greek or Cyrillic letter that looks Latin", "Type the address anew, by hand.", "HR"),
    "yes_or_no": Reason("A word is neither yes nor no", "Write one of the agreed words.", "HR"),
    # People, before anything is sent.
    "still_has_access": Reason(
        "Has left, and still has access: their row in HR's file was rejected", "Mend the row, or close the account by hand.", "HR"
    ),
    "not_in_hr": Reason(
        "Has an account, but HR's file does not know them", "Close the account if they have left; else ask HR for a row.", "Finance"
    ),
    "stranger": Reason(
        "Has an account, HR's file does not know them, and the settings say to take them out",
        "Look who they are: then release their removal, or ask HR for a row.",
        "Finance",
    ),
    "deletion": Reason(
        "Left long ago, and the settings say to delete them there",
        "Look what that keeps and ends: then release their deletion, or take leaving.delete_after_days out of the settings.",
        "IT",
    ),
    "row_rejected": Reason("Their row in HR's file was rejected", "Correct the row; until then nothing of theirs changes.", "HR"),
    "out_of_scope": Reason("Outside the scope that the company set", "Nothing.", "nobody"),
    "not_selected": Reason("Not among the people of this run", "Nothing.", "nobody"),
    "left": Reason("Has left, and has no active account", "Nothing.", "nobody"),
    "elsewhere": Reason("Belongs elsewhere, and has no active account here", "Nothing.", "nobody"),
    "joins_elsewhere_first": Reason(
        "Belongs elsewhere now, and keeps the old access until they are in there",
        "Nothing, if they come in there tonight; else mend what keeps them out there.",
        "IT",
    ),
    "belongs_elsewhere": Reason(
        "Has an account here, where Rollcall never put them, and belongs elsewhere by HR's file",
        "Close the account if they do not need it; else correct where they belong.",
        "Finance",
    ),
    "leaves_later": Reason(
        "Has left, and keeps their access until a day that the settings give", "Nothing: it ends on that day.", "nobody"
    ),
    "deactivated_elsewhere": Reason(
        "Has left, and is deactivated by another system", "Look there whether they are deactivated: Rollcall leaves them alone.", "IT"
    ),
    "not_started": Reason("Has not started yet", "Nothing: they come in on their start date.", "nobody"),
    "absent": Reason("No longer in HR's file", "If they have left, give them a row with an end date.", "HR"),
    "conflict": Reason(
        "Number and e-mail address belong to two different accounts",
        "Settle there which account is theirs, and give it their number.",
        "IT",
    ),
    "manager_unknown": Reason(
        "HR names a manager whom no row has, and nobody is known who could approve instead",
        "Correct the manager in HR's file, or name a fallback in the settings.",
        "HR",
    ),
    "no_external_id": Reason("Their account there carries no number of ours", "Enter the employee number at their account.", "IT"),
    "number_reused": Reason(
        "Number reused? Its account has another address and name or start date",
        "Give a new person a number of their own. If it is the same person, have IT say so (job one, same_person).",
        "HR",
    ),
    "address_reused": Reason(
        "Address reused? It was another employee's, whose account it leads to",
        "Give a new person an address of their own. If it is the same person, have IT say so (job one, same_person).",
        "HR",
    ),
    "undo": Reason("Takes back what an earlier run wrote", "Look through the changes, then release the held set, or leave it.", "Finance"),
    "first_sync": Reason("First sync of the company: everything waits", "Look through the changes, then release the held set.", "Finance"),
    "hardly_any_match": Reason(
        "First sync, and hardly an account there is anybody's of HR's file",
        "Make sure that it is the right organization, and the right column for the numbers: else everyone gets a second account. "
        "If all is right, release the held set.",
        "IT",
    ),
    "limit": Reason("More changes of this kind than the limit allows", "Look through the changes, then release the held set.", "Finance"),
    "week_limit": Reason(
        "More changes of this kind in seven days than the limit allows",
        "Look through the changes, also of the last days, then release the held set.",
        "Finance",
    ),
    "most_of_few": Reason(
        "Half or more of those who have such a value would get another at once",
        "Look through the changes, then release the held set.",
        "Finance",
    ),
    "new_domain": Reason(
        "The e-mail address has a domain that is new here",
        "Find out whether the domain is the company's: then release the held set, and name it in email_domains. Else correct the row.",
        "IT",
    ),
    "mostly_gone": Reason(
        "Most of what the destination had to write them by is gone there",
        "Look there whether that is so: if it is, release them; if not, let it be put right.",
        "Finance",
    ),
    "column_emptied": Reason(
        "A column that had values is empty for everybody, and empty cells take values away",
        "Find out whether HR means it: then release the held set. Else have HR's export mended.",
        "Finance",
    ),
    "protected": Reason("The settings say that this account is never written", "Nothing.", "nobody"),
    "depends_on_held": Reason(
        "Needs a change of somebody else that is held, or that this run leaves alone", "Release that change with it, or mend it.", "Finance"
    ),
    "reject_without_number": Reason(
        "Gone from HR's file, but a rejected row without a number of its own may be theirs", "Give the rejected rows their numbers.", "HR"
    ),
    "no_approver_there": Reason(
        "Their approver has no account there, or none by which they can be named",
        "Bring the approver in; they follow in the next run.",
        "IT",
    ),
    "unit_unknown": Reason(
        "Their organizational unit does not exist there", "Create the unit there, or correct their row or the mapping.", "Finance"
    ),
    "no_policy": Reason("HR's file says nothing of them that a policy follows from", "Fill in what their policy depends on.", "HR"),
    "policy_not_mapped": Reason(
        "The settings give no policy for what HR's file says of them",
        "Add it to the rule for their policy, or correct their row.",
        "Finance",
    ),
    "policy_unreadable": Reason(
        "What HR's file says of them, from which their policy follows, cannot be used", "Correct that value in their row.", "HR"
    ),
    "no_record": Reason("Too little is known to write a record", "Complete their row in HR's file.", "HR"),
    "role_unknown": Reason("Their role is not one that the destination has", "Correct the role, or its mapping.", "Finance"),
    "approver_not_active": Reason("The approver named for them may not approve", "Name somebody who is active.", "Finance"),
    "no_over_limit_approver": Reason("A limit without an approver above it", "Name who approves above the limit.", "Finance"),
    "limit_unreadable": Reason("The approval limit is no amount that can be sent", "Correct the amount, or the rule for it.", "HR"),
    # People, after sending.
    "refused": Reason("The destination refused the record", "Correct what its answer names, here or there.", "IT"),
    "unanswered": Reason("Sent, but neither answered nor seen on reading back", "Run again: only what is open is repeated.", "IT"),
    "not_sent": Reason("Planned, but not sent: the run ended before", "Run again: only what is open is repeated.", "IT"),
    "stale": Reason(
        "Another run has written them, or whom they need, otherwise since this was planned", "Run the sync again: it plans anew.", "IT"
    ),
    "still_needed": Reason(
        "Has left, and something there still needs them: what was to take their place was not accepted",
        "See the table of things in the report. The next sync tries again, and they leave once it is accepted.",
        "IT",
        stays=True,
    ),
    "done_meanwhile": Reason("Another run has done the same since this was planned", "Nothing.", "nobody"),
    "not_in_answer": Reason(
        "Accepted, but its answer, which alone can show it, does not say that the value took",
        "Look there whether they have it; it is sent again with the next sync.",
        "IT",
    ),
    "not_seen_yet": Reason(
        "Accepted, but reading back does not show it", "Read back later (job verify); if it stays so, ask the destination.", "IT"
    ),
}

DATED: Final = ("leaves_later",)
"""Their detail has a day, and is told in place of the words."""

FIRST: Final = ("still_has_access", "says_left", "says_left_undated")
"""Told before all others: somebody who has left may still have access."""

NOT_EXPECTED: Final = ("not_in_hr", "stranger", "deletion", "deactivated_elsewhere")
"""Left out, but nobody meant to bring them in: they do not count as people who could not be brought in."""

REPAIR_REASONS: Final[dict[str, str]] = {
    "on_leave": "HR's manager is on leave",
    "left": "HR's manager has left",
    "elsewhere": "HR's manager does not belong there",
    "not_started": "HR's manager has not started yet",
    "not_here": "HR's manager cannot approve at the destination",
    "kept": "HR names a manager whom no row has: the approver there stays",
    "unknown": "HR names a manager whom no row has: the next one up from the approver there, or the fallback, approves, if there is one",
    "self": "HR has them as their own manager",
    "cycle": "HR's managers go round in a circle",
    "top": "Top of the chain: HR gives no manager",
    "stand_in": "The settings name them as approver and they cannot be one today: their next manager up is",
}
"""Why an approver was found by rule: repair code → words."""


def learn(more: Mapping[str, Reason]) -> None:
    """Take in the words for a destination's own codes. A code that has words keeps them."""
    for code, words in more.items():
        REASONS.setdefault(code, words)


def reason(code: object) -> Reason:
    """The words for a code. A code that nobody has put into words stands for itself, and IT looks at it."""
    known = REASONS.get(str(code))
    return known or Reason(str(code), "Look up the code, or ask whoever runs Rollcall.", "IT")
