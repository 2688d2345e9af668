"""Which files of a listing are HR's exports, and which of them are complete.

Belongs here: patterns, done-markers and manifests by names alone, for every server. Does not belong here: listing (each client), which of
several is the newest (``resources.hr.newest``), files of this machine, whose folders may be patterns too (``resources.hr.files``).
"""

import fnmatch
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from resources.failures import Transient

MAGIC: Final = re.compile(r"[*?\[]")
"""What makes a pattern of a name."""
_PLACES: Final = re.compile(r"\{(?:name|stem)\}")
_Entry = TypeVar("_Entry")


def composed(name: str) -> str:
    """The name with each letter as one character: an å may arrive as an a and a ring."""
    return unicodedata.normalize("NFC", name)


def matcher(pattern: str) -> Callable[[str], object]:
    """Whether a name, composed, is one that a pattern means."""
    wanted = composed(pattern)
    if not MAGIC.search(wanted):
        return wanted.__eq__
    # Names with a dot in front are what programs write before they rename.
    before = "" if wanted.startswith(".") else r"(?!\.)"
    return re.compile(before + fnmatch.translate(wanted)).match


def alike(pattern: str) -> Callable[[str], object]:
    """Whether a name would be meant, were upper and lower case the same."""
    meant = matcher(pattern.casefold())
    return lambda name: meant(composed(name).casefold())


def but_for_case(count: int) -> str:
    """What to add where nothing is meant, and so many names are alike; empty where none is."""
    return f", but {count} whose name differs in upper and lower case alone" if count else ""


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


def complete(
    entries: Iterable[_Entry], called: Callable[[_Entry], str], pattern: str, templates: Sequence[str]
) -> tuple[dict[str, tuple[_Entry, ...]], int, int]:
    """Those of a listing that are meant and have beside them what they need, by name. Nothing is kept of others: there may be a million.

    Returns:
        Name → its entry and those of what lies beside it, one for each template; how many are not complete; how many are `alike`.
    """
    wanted, is_beside, is_alike = matcher(pattern), beside_matcher(templates), alike(pattern)
    found, there, others_alike = dict[str, _Entry](), dict[str, _Entry](), 0
    for entry in entries:
        name = composed(called(entry))
        if wanted(name):
            found[name] = entry
        elif is_alike(name):
            others_alike += 1
        if is_beside(name):
            there[name] = entry
    needed = {name: [composed(other) for other in names_beside(templates, name)] for name in sorted(found)}
    whole = {name: others for name, others in needed.items() if all(other != name and other in there for other in others)}
    complete = {name: (found[name], *(there[other] for other in others)) for name, others in whole.items()}
    return complete, len(found) - len(whole), others_alike
