"""From the bytes of an export as they came to its plain bytes, where HR encrypts or signs it by OpenPGP.

Belongs here: what is agreed held against what came, and what is wrong where they differ. Does not belong here: the settings
(``resources.hr.agreed``), running GnuPG (``resources.hr.gnupg``), what the plain bytes are (``roster.reading``).

Plain bytes are in this process's memory and nowhere else: whoever keeps an export keeps it as it came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from resources.environment import FromEnv
from resources.failures import Permanent
from resources.hr.agreed import AsAgreed, Certificate, OpenPgp, OpenPgpKey
from resources.hr.gnupg import Home, Key, Report, home
from roster.reading import foreign
from roster.reading.unpacking import check_size
from roster.unfit import Unfit

SOON: Final = timedelta(days=30)
"""So long before a key expires `rollcall doctor` says that it has to be renewed."""
_RESEND: Final = "Have HR send the file again; if it stays so, look at how it is sent."
_NOT_AGREED: Final = "Ask HR how the file was sent, and by whom. If they no longer protect it, change `openpgp` in the settings."


@dataclass(frozen=True)
class _Signature:
    """What one signature of a file is worth."""

    verdict: str
    """GOODSIG, EXPSIG, EXPKEYSIG, REVKEYSIG, BADSIG or ERRSIG, as GnuPG calls it."""
    by: tuple[str, ...]
    """The fingerprints of the key that made it and of the one that this belongs to; of an unknown one what the signature says of it."""


def opened(content: bytes, source: object) -> bytes:
    """The plain bytes of an export: as they came where nothing else is agreed.

    Args:
        content: The bytes as they came.
        source: The settings of the source; those without `openpgp` agree nothing.

    Raises:
        Unfit: The file came in another way than agreed, for another key, changed, cut short, or without a valid signature of a signer.
        Permanent: Our key, its passphrase or a certificate is missing or of no use.
    """
    agreed = source.openpgp if isinstance(source, AsAgreed) else None
    if agreed is None:
        return content
    if agreed.detached and not agreed.key:
        if foreign.is_pgp(content):
            raise Unfit("openpgp", "The file is encrypted or signed in itself, and its signature is agreed to lie beside it.", _NOT_AGREED)
        return content
    if not foreign.is_pgp(content):
        how = "encrypted" if agreed.key else "signed"
        raise Unfit("openpgp", f"The file is not {how}, and the settings agree that it is (`openpgp`).", _NOT_AGREED)
    with home() as place:
        passphrases, ours = _filled(place, agreed)
        report = _decrypted(place, content, passphrases)
        _check_protection(agreed, report, ours)
        if not agreed.detached:
            _check_signatures(agreed, report)
    return report.output


def check_beside(source: AsAgreed, signature: bytes | None, came: bytes, plain: bytes) -> None:
    """Let pass what one of the signers has signed by a file beside it, if that is agreed.

    Args:
        source: The settings of the source.
        signature: What is in that file; None: it was not there.
        came: The export as it came.
        plain: What is in it, if it came encrypted: whichever was signed.

    Raises:
        Unfit: No signer has signed it.
        Permanent: A certificate is missing or of no use.
    """
    agreed = source.openpgp
    if agreed is None or agreed.detached is None:
        return
    if signature is None:
        raise Unfit("openpgp", f"The file's signature ({agreed.detached}) is not beside it.", "Put it there, or have HR send it again.")
    with home() as place:
        _filled(place, agreed)
        file = place.folder / "beside"
        file.write_bytes(signature)
        reports = [place.run(["--verify", str(file), "-"], signed) for signed in dict.fromkeys((came, plain))]
    # What carries a content of its own would be held against that, and not against the export.
    if any(report.has("PLAINTEXT", "UNEXPECTED", "NODATA") or not report.has("NEWSIG") for report in reports):
        raise Unfit("openpgp", f"What lies beside the file as its signature ({agreed.detached}) is none.", _RESEND)
    good = [report for report in reports if not report.has("BADSIG")]
    _check_signatures(agreed, (good or reports)[0])


def looked_at(agreed: OpenPgp) -> tuple[str, str]:
    """Whether our keys open and the signers' certificates are there: a sentence, and what to do, which is empty where all is well.

    Raises:
        Permanent: A key, its passphrase or a certificate is missing or of no use.
    """
    with home() as place:
        passphrases, ours = _filled(place, agreed)
        for key in ours:
            if key.is_primary and not any(_opens(place, key, passphrase) for passphrase in passphrases):
                raise Permanent(f"The passphrase does not open the OpenPGP key {key.primary}.", "Set the variable to the right one.")
        listed = place.listed()
    private = {key.primary for key in ours}
    wanted = [key for key in listed if key.primary in private or {key.fingerprint, key.primary} & set(agreed.signers)]
    seen = [f"{'our key' if key.primary in private else 'the signer'} {key.primary} {_ends(key)}" for key in wanted if key.is_primary]
    over = sorted({key.primary for key in wanted if key.revoked or (key.expires and key.expires <= datetime.now(UTC) + SOON)})
    advice = (
        f"Renew or replace {', '.join(over)} with HR before it is over: see *Encrypted and signed files* in docs/files.md." if over else ""
    )
    return f"OpenPGP: {'; '.join(seen)}.", advice


def _ends(key: Key) -> str:
    if key.revoked:
        return "is revoked"
    if key.expires is None:
        return "does not expire"
    return f"{'expired' if key.expired else 'expires'} on {key.expires:%Y-%m-%d}"


def _opens(place: Home, key: Key, passphrase: str) -> bool:
    """Whether a passphrase opens a key: only an open one can be taken out."""
    return bool(place.run(["--export-secret-keys", key.primary], passphrase=passphrase).output)


def _filled(place: Home, agreed: OpenPgp) -> tuple[list[str], list[Key]]:
    """The home with our keys and the signers' certificates in it: the passphrases to try, and our keys."""
    passphrases: dict[str, None] = {}
    for number, key in enumerate(agreed.key, start=1):
        if not any(private for _, private in place.add(_read(key, f"The OpenPGP key {number}"))):
            advice = "Name the file that `gpg --export-secret-keys` wrote."
            raise Permanent(f"The OpenPGP key {number} of the settings is no private key.", advice)
        given = key.passphrase or agreed.passphrase
        passphrases[given.resolve() if given else ""] = None
    for number, certificate in enumerate(agreed.certificates, start=1):
        if not place.add(_read(certificate, f"The file {number} of `certificates`")):
            raise Permanent(f"The file {number} of `certificates` has no certificate.", "Name one that `gpg --export` wrote.")
    there = {each.fingerprint for each in place.listed()}
    if missing := [signer for signer in agreed.signers if signer not in there]:
        message = f"Of the signer {missing[0]} no certificate is in `certificates`."
        raise Permanent(message, "Ask HR for their public key, and compare its fingerprint on another way.")
    return list(passphrases) or [""], place.listed(private=True)


def _read(where: OpenPgpKey | Certificate, what: str) -> bytes:
    if where.env:
        return FromEnv(env=where.env).resolve(lines=True).encode()
    path = Path(where.file or "").expanduser()
    try:
        return path.read_bytes()
    except OSError as error:
        why = "is not there" if isinstance(error, FileNotFoundError) else "may not be read by this user"
        raise Permanent(f"{what} {why}.", "Correct `openpgp` in the settings, or put the file there.") from None


def _decrypted(place: Home, content: bytes, passphrases: Sequence[str]) -> Report:
    """What GnuPG makes of the file, by the first passphrase that opens the key."""
    for passphrase in passphrases:
        report = place.run(["--decrypt"], content, passphrase, lambda size: check_size(size, len(content)))
        if report.has("DECRYPTION_OKAY") or "passphrase" not in report.text.lower():
            break
    return report


def _check_protection(agreed: OpenPgp, report: Report, ours: Sequence[Key]) -> None:
    """Let pass what is whole, and encrypted for a key of ours that may be used, if that is agreed."""
    encrypted = report.has("ENC_TO", "NEED_PASSPHRASE_SYM", "BEGIN_DECRYPTION")
    if encrypted and not agreed.key:
        raise Unfit("openpgp", "The file is encrypted, and no key for it is agreed (`openpgp.key`).", _NOT_AGREED)
    if encrypted and not report.has("DECRYPTION_KEY"):
        raise _unopened(report, ours)
    _check_in_use(report, ours)
    damaged = report.has("BADMDC", "DECRYPTION_FAILED", "NODATA", "UNEXPECTED") or len(report.of("PLAINTEXT")) != 1
    damaged |= any(line[0].startswith(("proc_pkt", "decryption")) for line in report.of("ERROR"))
    if damaged or (encrypted and not report.has("DECRYPTION_OKAY")):
        if any(line[:1] == ("0",) and line[2:3] in ((), ("0",)) for line in report.of("DECRYPTION_INFO")):
            advice = "Have HR encrypt it with a program of this century that protects its integrity (MDC or AEAD), such as GnuPG 2."
            raise Unfit("openpgp", "The file is encrypted without anything that would show a change of it.", advice)
        raise Unfit("openpgp", "The encrypted or signed file is cut short, or was changed on its way.", _RESEND)
    if agreed.key and not encrypted:
        raise Unfit("openpgp", "The file is signed and not encrypted, and the settings agree that it is (`openpgp.key`).", _NOT_AGREED)


def _check_in_use(report: Report, ours: Sequence[Key]) -> None:
    """Let pass what is encrypted for at least one key of ours that is neither over nor given up."""
    primaries = {key.fingerprint: key for key in ours if key.is_primary}
    named = {line[0] for line in report.of("ENC_TO")} | {line[0][-16:] for line in report.of("DECRYPTION_KEY")}
    used = [key for key in ours if key.id in named]
    over = [key for key in used if any(each.revoked or each.expired for each in (key, primaries[key.primary]))]
    if over and len(over) == len(used):
        key = next(each for each in (over[0], primaries[over[0].primary]) if each.revoked or each.expired)
        how = (
            "Have HR encrypt for another key"
            if key.revoked
            else "Extend it (`gpg --quick-set-expire`) and give HR its public key anew, or another one"
        )
        raise Permanent(f"Our OpenPGP key {key.primary}, which HR's file is encrypted for, {_ends(key)}.", f"{how}.")


def _unopened(report: Report, ours: Sequence[Key]) -> Exception:
    """Why no key of ours opened the file."""
    if report.has("NEED_PASSPHRASE_SYM") and not report.has("ENC_TO"):
        advice = f"Have HR encrypt it for {_named(ours)}."
        return Unfit("openpgp", "The file is encrypted with a passphrase alone, and not for a key.", advice)
    if "passphrase" in report.text.lower():
        what = "The passphrase does not open the OpenPGP key that HR's file is encrypted for."
        return Permanent(what, "Set the variable that `openpgp.passphrase` names to the right one, or name one if there is none yet.")
    others = ", ".join(dict.fromkeys(line[0] for line in report.of("ENC_TO") if line[0].strip("0"))) or "an unnamed key"
    advice = f"Give HR the public key of {_named(ours)}, and have them send the file again; or name the key it is for under `openpgp.key`."
    return Unfit("openpgp", f"No key of the settings opens the file: it is encrypted for {others}, or was damaged.", advice)


def _named(ours: Sequence[Key]) -> str:
    return " or ".join(dict.fromkeys(key.primary for key in ours))


def _check_signatures(agreed: OpenPgp, report: Report) -> None:
    """Let pass what one of the signers has signed."""
    if not agreed.signers:
        return
    signatures = list(_signatures(report))
    mine = [each for each in signatures if set(each.by) & set(agreed.signers)]
    if any(each.verdict == "GOODSIG" for each in mine):
        return
    if any(each.verdict == "BADSIG" for each in signatures):
        raise Unfit("openpgp", "The signature does not fit the file: it was changed after it was signed.", _RESEND)
    renew = "Ask HR for the renewed certificate, compare its fingerprint on another way, and put it under `openpgp.certificates`."
    why = {
        "EXPKEYSIG": (f"the certificate of its signer {_by(mine)} has expired", renew),
        "REVKEYSIG": (f"the certificate of its signer {_by(mine)} is revoked", "Ask HR who signs now, and how the key was lost. " + renew),
        "EXPSIG": ("the signature has expired", _RESEND),
    }
    for verdict, (what, advice) in why.items():
        if any(each.verdict == verdict for each in mine):
            raise Unfit("openpgp", f"The file is signed, but {what}.", advice)
    if not signatures:
        raise Unfit("openpgp", "The file is not signed, and the settings agree that it is (`openpgp.signers`).", _NOT_AGREED)
    who = _by(signatures)
    raise Unfit("openpgp", f"The file is signed by {who}, and by none of `openpgp.signers`.", "Ask HR who signs. Nobody else is believed.")


def _by(signatures: Sequence[_Signature]) -> str:
    return ", ".join(dict.fromkeys(each.by[-1] for each in signatures if each.by)) or "a key that it does not name"


def _signatures(report: Report) -> Iterator[_Signature]:
    """Each signature: GnuPG begins it with NEWSIG."""
    at: _Signature | None = None
    for keyword, *rest in report.lines:
        if keyword == "NEWSIG":
            if at:
                yield at
            at = _Signature("", ())
        elif at and keyword in ("GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG"):
            at = replace(at, verdict=keyword, by=at.by or (rest[0],))
        elif at and keyword == "ERRSIG":
            at = _Signature("ERRSIG", (rest[-1] if len(rest[-1]) >= 40 else rest[0],))
        elif at and keyword == "VALIDSIG":
            at = replace(at, by=(rest[0], rest[-1]))
    if at:
        yield at
