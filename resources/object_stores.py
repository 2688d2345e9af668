"""What object stores say through their libraries, each of which has words of its own: s3fs, gcsfs, adlfs.

Belongs here: the codes and names of errors, and what descriptions of files call the same thing. Does not belong here: what is asked of a
store, and the sentence for somebody (``resources.stored.objects`` for what Rollcall keeps, ``resources.hr.buckets`` for HR's file).
"""

from datetime import UTC, datetime
from typing import Any, Final, Literal

IN_ONE: Final = {name: {"chunksize": 2**31} for name in ("s3", "s3a", "gs", "gcs")}
"""What has a library send a file of up to two gigabytes as one request. Azure shows nothing of a blob before its last part is there."""
AZURE: Final = ("az", "abfs", "abfss", "adl")
EXPIRED: Final = frozenset(("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"))
CREDENTIALS: Final = EXPIRED | frozenset(
    (
        *("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "AuthFailure"),
        *("NoCredentialsError", "PartialCredentialsError", "TokenRetrievalError"),
        *("DefaultCredentialsError", "RefreshError", "GoogleAuthError", "MalformedError", "401"),
        *("ClientAuthenticationError", "AuthenticationFailed", "InvalidAuthenticationInfo"),
    )
)
"""Codes and names of errors that say: it is not known who asks. A reply without a text (to HEAD and some GETs) cannot say so."""
REFUSED: Final = frozenset(("AccessDenied", "AllAccessDisabled", "AuthorizationFailure", "AuthorizationPermissionMismatch", "403"))
NOT_THERE: Final = frozenset({"NoSuchBucket", "ContainerNotFound", "FilesystemNotFound", "404"})
REGION: Final = frozenset(("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301"))
CLOCK: Final = frozenset(("RequestTimeTooSkewed",))


Meaning = Literal["no bucket", "missing", "expired", "clock", "region", "unknown", "refused", "unusable", "away"]
"""What an error comes to: there is no bucket, or not what was asked for; the credentials have expired; the clock is wrong; the bucket is in
another region; it is not known who asks; they may not; it cannot be asked so; it does not answer."""


def meaning(error: BaseException) -> Meaning:
    """What an error of a library comes to."""
    known, may_not = words(error), isinstance(error, PermissionError)
    cases: list[tuple[bool, Meaning]] = [
        (bool(known & {"NoSuchBucket", "ContainerNotFound", "FilesystemNotFound"}), "no bucket"),
        (isinstance(error, FileNotFoundError) or (not may_not and bool(known & NOT_THERE)), "missing"),
        (bool(known & EXPIRED), "expired"),
        (bool(known & CLOCK), "clock"),
        (bool(known & REGION), "region"),
        (bool(known & CREDENTIALS), "unknown"),
        (may_not or bool(known & REFUSED), "refused"),
        (isinstance(error, ValueError | TypeError | AttributeError), "unusable"),
    ]
    return next((meant for is_so, meant in cases if is_so), "away")


def words(error: BaseException) -> set[str]:
    """By which names and codes an error goes, and what it came of."""
    found: set[str] = set()
    one: BaseException | None = error
    while one is not None:
        found |= {kind.__name__ for kind in type(one).__mro__}
        reply = getattr(one, "response", None)
        if isinstance(reply, dict):
            found.add(str(reply.get("Error", {}).get("Code")))
        found |= {str(getattr(one, name, "")) for name in ("code", "error_code", "status_code")}
        one = one.__cause__
    if type(error) is OSError and str(error).startswith("Forbidden"):  # gcsfs has no code for it
        found.add("403")
    return found


def modified(about: dict[str, Any]) -> datetime | None:
    """When a file was written, of what a listing says of it; None where it does not say."""
    # Each library has another name for it.
    found = (about.get(name) for name in ("LastModified", "last_modified", "updated", "mtime", "modified", "created"))
    moment = next(filter(None, found), None)
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if isinstance(moment, int | float):
        moment = datetime.fromtimestamp(moment, UTC)
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
