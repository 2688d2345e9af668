"""Findity's Expense API, as one person: everything below ``/me``, and searching for whom they may act.

Belongs here: what goes over the wire. Does not belong here: what an answer's objects are (``answers``), errors (``refusals``).

The paths have no slash at their end and need no version header. What a request says of a person is in its body, but for the text of a
search, which the API takes in the address only: search without one where that will do.
"""

from collections.abc import Iterable
from typing import Any, Final, Self
from urllib.parse import quote, urlencode

from destinations.findity.client import PATIENCE
from destinations.findity.expense import fields
from destinations.findity.expense.answers import Address, Counters, ExtraRecipient, Image, Me, Profile, Target
from destinations.findity.expense.refusals import refusal
from destinations.findity.expense.tokens import Person, SignInNeeded
from destinations.findity.replies import items, total, unreadable
from destinations.findity.settings import FindityConnection
from destinations.replies import Records
from resources.failures import Permanent, Transient, Unanswered
from resources.http import Http, Reply, Retry, checked_url
from roster.records import compact

INCLUDES: Final = ("preferences", "extraRecipients", "meta.capabilities", "temporaryApprovers")
"""What a profile shows only where it is asked for."""
PAGE: Final = 100
_ME: Final = "/me"


def connection_to(settings: FindityConnection, retry: Retry = PATIENCE) -> Http:
    """What both tokens and calls go over."""
    url = checked_url(settings.expense_url.resolve(), "Findity expense_url")
    checked_url(settings.token_url.resolve(), "Findity token_url")
    return Http("Findity", url, settings.timeout, retry)


class Expense:
    """A client for one person.

    Args:
        settings: Where.
        person: Whose tokens.
        http: The connection to use (`connection_to`).
    """

    def __init__(self, settings: FindityConnection, person: Person, http: Http) -> None:
        self._base = settings.expense_url.resolve().rstrip("/")
        self._person, self._http = person, http

    # --- the account

    def me(self, include: Iterable[str] = ()) -> Me:
        """Who it is.

        Args:
            include: What of `INCLUDES` to show too.
        """
        wanted = list(include)
        if unknown := set(wanted) - set(INCLUDES):
            raise Permanent(f"A profile has no {', '.join(sorted(unknown))} to include.", f"There are: {', '.join(INCLUDES)}.")
        return Me.read(self._call("GET", _ME, "show the account", query=f"include={','.join(wanted)}" if wanted else "").json)

    def update(self, change: Profile) -> None:
        """Change one's own profile; what is not named stays.

        Raises:
            Permanent: It names what may not be changed, or nothing. Nothing was sent.
        """
        given: dict[str, Any] = dict(change)
        wrong = given.keys() - Profile.__annotations__.keys()
        if isinstance(given.get("address"), dict):
            wrong |= {f"address.{name}" for name in given["address"].keys() - Address.__annotations__.keys()}
        if wrong or not given:
            what = f"A profile has no {', '.join(sorted(wrong))} that may be changed." if wrong else "No change is named."
            raise Permanent(what, f"There are: {', '.join(Profile.__annotations__)}. Nothing was sent.")
        self._call("PUT", _ME, "change the profile", body=given)

    def allow_support(self, allowed: bool) -> None:
        """Let Findity's support into the account for a time, or no longer."""
        action = "enableSupportAccess" if allowed else "disableSupportAccess"
        self._call("PUT", _ME, "change the support's access", query=f"action={action}")

    def counters(self) -> list[Counters]:
        """How much waits, one row an organization.

        Raises:
            NoOrganization: The person is in none.
        """
        return [Counters.read(row) for row in self._list(self._call("GET", f"{_ME}/counters", "show the counters"), "list of counters")]

    # --- settings by fields

    def settings(self) -> Any:
        """The settings in the fields format (`destinations.findity.expense.fields`)."""
        structure = self._call("GET", f"{_ME}/settings/fields", "show the settings").json
        fields.fields(structure)
        return structure

    def change_settings(self, values: dict[str, Any]) -> Any:
        """Set settings by the names of their fields, and go on while what they change changes others.

        Returns:
            The structure that stands.

        Raises:
            NotSettled: A value was not kept.
            Permanent: There is no such field.
        """
        return fields.settle(values, self.settings, self._send_settings)

    def _send_settings(self, structure: Any) -> Any:
        return self._call("PUT", _ME, "change the settings", query="format=fields", body=structure).json

    # --- the picture

    def image(self) -> Image | None:
        """The profile's picture; None: there is none."""
        reply = self._call("GET", f"{_ME}/profileimage", "show the profile's picture", allowed=(404,))
        if reply.status in (204, 404) or not reply.content:
            return None
        kind = reply.headers.get("Content-Type", "")
        if not kind.startswith("image/"):
            raise unreadable("profile image")
        return Image(reply.content, kind)

    def set_image(self, image: Image) -> None:
        """Put another picture there."""
        if not image.content_type.startswith("image/") or not image.content_type.isprintable() or not image.content:
            raise Permanent("A profile image has a content and a type such as image/png.", "Nothing was sent.")
        self._call("PUT", f"{_ME}/profileimage", "change the profile's picture", image=image)

    def remove_image(self) -> None:
        """Take the picture away."""
        self._call("DELETE", f"{_ME}/profileimage", "take the profile's picture away", allowed=(404,))

    # --- address and telephone number, in two steps

    def ask_email_change(self, email: str) -> None:
        """First step: a code goes to the new address."""
        self._once(f"{_ME}/email", "change", "change the e-mail address", {"email": email})

    def verify_email(self, code: str) -> None:
        """Second step."""
        self._once(f"{_ME}/email", "verify", "confirm the e-mail address", {"verificationCode": code})

    def ask_phone_change(self, number: str) -> None:
        """First step: a code goes to the new number, which has + and the country's code."""
        self._once(f"{_ME}/phone", "change", "change the phone number", {"phoneNumber": number})

    def verify_phone(self, code: str) -> None:
        """Second step."""
        self._once(f"{_ME}/phone", "verify", "confirm the phone number", {"verificationCode": code})

    def remove_phone(self) -> None:
        """Take the telephone number away."""
        self._call("DELETE", f"{_ME}/phone", "take the phone number away")

    # --- the password

    def change_password(self, old: str, new: str) -> None:
        """Another password. It ends all tokens; those of the answer are kept before anything else is done.

        Raises:
            SignInNeeded: It was changed, or may have been, and there is no token any more.
        """
        lost = "The password may have been changed: Findity did not answer."
        try:
            reply = self._once(f"{_ME}/password", "", "change the password", {"oldPassword": old, "newPassword": new})
        except Unanswered:
            raise SignInNeeded(f"{lost} Try the new password first.") from None
        try:
            kept = self._person.keep(reply.json)
        except OSError:
            raise SignInNeeded("The password was changed, and the new tokens could not be kept on this machine.") from None
        if not kept:
            self._person.forget()
            raise SignInNeeded("The password was changed, and Findity's answer held no new token.")

    # --- further recipients

    def extra_recipients(self) -> list[ExtraRecipient]:
        """The further addresses to which notices go."""
        reply = self._call("GET", f"{_ME}/extrarecipients", "show the extra recipients")
        return [ExtraRecipient.read(row) for row in self._list(reply, "list of extra recipients")]

    def add_extra_recipient(self, email: str) -> None:
        """Add an address: a code goes to it."""
        self._once(f"{_ME}/extrarecipients", "add", "add an extra recipient", {"email": email})

    def verify_extra_recipient(self, code: str) -> None:
        """Confirm the address to which the code went."""
        self._once(f"{_ME}/extrarecipients", "verify", "confirm an extra recipient", {"verificationCode": code})

    def remove_extra_recipient(self, recipient_id: str) -> None:
        """Take an address away, by the id that the list shows."""
        self._call("DELETE", f"{_ME}/extrarecipients/{quote(recipient_id, safe='')}", "take an extra recipient away")

    # --- acting for others

    def targets(self, search: str = "", sort: str = "") -> list[Target]:
        """For whom the person may act: everyone who is found, all pages.

        Args:
            search: A text. It goes into the address, where servers on the way may log it.
            sort: Such as ``firstName:desc,lastName:asc``.

        Raises:
            NotPermitted: For nobody.
            Transient: The list is shorter than it says.
        """
        found: dict[tuple[str, str], Target] = {}
        last: Records | None = None
        offset = 0
        while True:
            query = {"searchText": search, "max": str(PAGE), "offset": str(offset), "sort": sort}
            text = urlencode({name: value for name, value in query.items() if value})
            body = self._call("GET", "/impersonation/users/search", "search for people", query=text).json
            rows = items(body)
            if rows is None:
                raise unreadable("list of people")
            all_of_them = total(body, "list of people")
            if not rows or rows == last:  # the same page again: where it began was not looked at
                break
            last, offset = rows, offset + len(rows)
            found.update({(one.personId, one.impersonatorType): one for one in map(Target.read, rows)})
            if isinstance(body, list) or (all_of_them is not None and offset >= all_of_them):
                break
        if all_of_them is not None and offset < all_of_them:
            raise Transient("Findity's list of people is shorter than it says.", "Run again.")
        return list(found.values())

    # --- one request

    def _list(self, reply: Reply, what: str) -> Records:
        rows = items(reply.json)
        if rows is None:
            raise unreadable(what)
        return rows

    def _once(self, path: str, action: str, what: str, body: dict[str, str]) -> Reply:
        """A request that is not repeated where it may have been taken: codes work once, and each new one ends the last."""
        return self._call("POST", path, what, query=f"action={action}" if action else "", body=body, repeat_lost=False)

    def _call(
        self,
        method: str,
        path: str,
        what: str,
        *,
        query: str = "",
        body: Any = None,
        image: Image | None = None,
        allowed: Iterable[int] = (),
        repeat_lost: bool = True,
    ) -> Reply:
        content: dict[str, Any] = {"repeat_lost": repeat_lost, "writes": method != "GET"}
        headers = {}
        if body is not None:
            content["content"], headers["Content-Type"] = compact(body).encode(), "application/json"
        if image is not None:
            content["content"], headers["Content-Type"] = image.content, image.content_type
        # The query stands in the address, since `include` is a list whose commas are to stay commas.
        url = f"{self._base}{path}{'?' if query else ''}{query}"
        access = self._person.access()
        before = self._http.attempts
        reply = self._http.send(method, url, headers={**headers, "Authorization": f"Bearer {access}"}, **content)
        if method == "DELETE" and reply.status == 404 and self._http.attempts - before > 1:
            return reply  # an attempt before this one got no answer, and has done it
        if reply.status == 401:
            access = self._person.renew(access)
            reply = self._http.send(method, url, headers={**headers, "Authorization": f"Bearer {access}"}, **content)
        if reply.status == 401:
            raise SignInNeeded("Findity does not accept the sign-in's own new token (401).")
        if reply.status >= 400 and reply.status not in allowed:
            raise refusal(reply, what, body if isinstance(body, dict) else {})
        return reply

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.__exit__()
