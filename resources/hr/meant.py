"""Which files of a listing are HR's exports, and which of them are complete.

Belongs here: patterns, names of no exports, done-markers and manifests by names alone, for every place. Does not belong here: listing (each
client), which of several is the newest (``resources.hr.newest``), patterns of folders on this machine (``resources.hr.files``).
"""

import fnmatch
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from resources.failures import Transient

MAGIC: Final = re.compile(r"[*?\[]")
"""What makes a pattern of a name."""
_IN_FRONT: Final = (".", "~")
"""How a name begins that a program gives a file before it renames it, or of one that is open."""
_WRITTEN: Final = (
    "filepart part partial tmp temp new crdownload download opdownload upload uploading transfer xfer incomplete unfinished pending"
    " inprogress writing wip inuse swp swo aria2"
)
_BESIDE_IT: Final = (
    "done ok ready complete completed finished fin go end eof flag flg marker mark trg trigger ctl ctrl sem lock lck status meta info"
    " manifest md sha crc sfv sum hash checksum sig sign signature minisig"
)
_OF_IT: Final = (
    "processed processing imported loaded received sent read consumed archived archive success err error errors log rej reject rejected"
    " bad fail failed invalid skipped quarantine bak bkp backup old orig prev save sav copy ack"
)
_BEHIND: Final = rf"(?:~|\.(?i:{'|'.join(f'{_WRITTEN} {_BESIDE_IT} {_OF_IT}'.split())})\d*)\Z"
"""How a name ends that a program gives a file before it renames it, of what lies beside an export, and of what others make of one. Digits
may follow: `.md5`, `.bak1`. Endings that an export may have (`.asc`, `.out`, `.rpt`) are none of them."""
_PLACES: Final = re.compile(r"\{(?:name|stem)\}")
_Entry = TypeVar("_Entry")


def composed(name: str) -> str:
    """The name with each letter as one character: an å may arrive as an a and a ring."""
    return unicodedata.normalize("NFC", name)


def matcher(pattern: str) -> Callable[[str], object]:
    """Whether a name, composed, is one that a pattern means: one that is no export's only where the pattern itself begins or ends so."""
    wanted = composed(pattern)
    if not MAGIC.search(wanted):
        return wanted.__eq__
    before = "" if wanted.startswith(_IN_FRONT) else rf"(?![{''.join(_IN_FRONT)}])"
    behind = "" if re.search(_BEHIND, re.split(r"[*?\]]", wanted)[-1]) else rf"(?!.*{_BEHIND})"
    # Most of a folder does not match, which its first letters tell: that comes first.
    return re.compile(f"{before}(?={fnmatch.translate(wanted)}){behind}", re.DOTALL).match


def alike(pattern: str) -> Callable[[str], object]:
    """Whether a name would be meant, were upper and lower case the same."""
    meant = matcher(pattern.casefold())
    return lambda name: meant(composed(name).casefold())


def near(pattern: str) -> Callable[[str], object]:
    """Whether a name would be meant, were upper and lower case the same and any name that of an export."""
    meant = re.compile(fnmatch.translate(composed(pattern).casefold())).match
    return lambda name: meant(composed(name).casefold())


def others_near(alike: int, no_exports: int) -> str:
    """What to add where nothing is meant, and so many names are `alike`, and so many more `near`; empty where none is."""
    counts = {
        f"{alike} whose name differs in upper and lower case alone": alike,
        f"{no_exports} whose name is that of no export (half written, beside one or of one: .part, .done, .bak and the like)": no_exports,
    }
    found = " and ".join(words for words, count in counts.items() if count)
    return f", but {found}" if found else ""


def name_beside(template: str, name: str) -> str:
    """The name of the file that lies beside `name`: a marker that says that it is complete, a manifest."""
    return template.replace("{name}", name).replace("{stem}", posixpath.splitext(name)[0])


def names_beside(templates: Iterable[str], name: str) -> list[str]:
    """The names of all files that must lie beside `name` before it counts."""
    return [name_beside(template, name) for template in templates]


def missing(companions: Mapping[str, str]) -> Transient:
    """The failure where files are there, and none has beside it yet what is read with it (`resources.hr.agreed.AsAgreed.companions`)."""
    lacking = " or ".join(f"its {what} '{name}'" for what, name in companions.items())
    settings = {"manifest": "`manifest`", "signature": "`openpgp.detached`"}
    advice = f"Run again when HR has finished, or correct {' and '.join(settings[what] for what in companions)}."
    return Transient(f"The export is not complete: {lacking} is not there.", advice)


def beside_matcher(templates: Iterable[str]) -> Callable[[str], object]:
    """Whether a name may be of a file that lies beside one of those that match."""
    patterns = [".*".join(map(re.escape, _PLACES.split(composed(template)))) for template in templates]
    if not patterns:
        return lambda _: False
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.DOTALL).fullmatch


@dataclass(frozen=True)
class Meant(Generic[_Entry]):
    """What of a listing is meant."""

    complete: dict[str, tuple[_Entry, ...]]
    """Name → its entry and those of what lies beside it, one for each template, by name."""
    unfinished: int
    """How many are not complete."""
    alike: list[_Entry]
    """Those that are `alike`."""
    no_exports: int
    """How many are `near` besides."""


def complete(entries: Iterable[_Entry], called: Callable[[_Entry], str], pattern: str, templates: Sequence[str]) -> Meant[_Entry]:
    """Those of a listing that are meant and have beside them what they need. Nothing is kept of others: there may be a million."""
    wanted, is_beside, is_alike, is_near = matcher(pattern), beside_matcher(templates), alike(pattern), near(pattern)
    found, there, others, no_exports = dict[str, _Entry](), dict[str, _Entry](), list[_Entry](), 0
    for entry in entries:
        name = composed(called(entry))
        if wanted(name):
            found[name] = entry
        elif is_near(name):
            if is_alike(name):
                others.append(entry)
            else:
                no_exports += 1
        if is_beside(name):
            there[name] = entry
    needed = {name: [composed(other) for other in names_beside(templates, name)] for name in sorted(found)}
    whole = {name: others for name, others in needed.items() if all(other != name and other in there for other in others)}
    complete = {name: (found[name], *(there[other] for other in others)) for name, others in whole.items()}
    return Meant(complete, len(found) - len(whole), others, no_exports)
