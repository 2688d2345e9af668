"""Names of people that stand in one cell: which part is the first and which the last name, and which ways of writing are the same name.

Belongs here: what a name's parts look like, column by column. Does not belong here: which column has names (``roster.intake.mapping``),
whose name it is (``roster.intake.links``).

Nothing is guessed: what cannot be told by the way of writing that the settings state has no parts.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
from anyascii import anyascii

from roster.settings import NameOrder
from roster.statuses import canonical_status

PARTICLES: Final = (
    r"(?i:von|van|vom|zu|zum|zur|de|der|den|del|della|dello|delle|di|da|dos|das|du|la|le|af|av|ter|ten|bin|binti|bint|ibn|abu|al|el|mc|mac"
    r"|st\.?|saint|san|santa|são|[od]['’])|do|dei|degli|lo|dal|dalla|aan|bij|op|over|tot|uit|in|ben|bat|ap|ferch|und|e|i|y|['’]t"
)
"""Small words that begin a last name. Those that are somebody's first name or initial, too, only in small letters."""
_SUFFIX: Final = r"(?i:jr|sr|jnr|snr|junior|senior|ii|iii|iv|2nd|3rd|4th|esq|ph\.?d|m\.?d)\.?"
"""What is written behind a name and belongs to the last one. V and I may be initials."""
_GENERATION: Final = r"(?i:filho|neto|sobrinho|júnior)"
_TITLE: Final = r"(?i:(?:dr|prof|mr|mrs|ms|mx|herr|frau|hr|fr|sir|dame|ing|mag|dipl)\b\.?(?:-?ing\.?)?)"
_LAST_FIRST: Final = (
    rf"^(?P<last>[^,]+?)(?:,?\s+(?P<suffix>{_SUFFIX}))?\s*,\s*(?!\s|{_SUFFIX}$|(?:{_TITLE}\s*)+$)(?P<first>[^,]+?)"
    rf"(?:,?\s+(?P<behind>{_SUFFIX}))?$"
)
_FIRST_LAST: Final = (
    rf"^(?P<first>(?:{_TITLE}\s+)*(?!{_TITLE}\s)[^\s,]+(?:\s+[^\s,]+)*?)\s+"
    rf"(?P<last>(?:(?:{PARTICLES})\s+)*(?!{_SUFFIX}$)[^\s,]+(?:\s+(?:y|e|i|und)\s+[^\s,]+)?(?:\s+{_GENERATION})?)"
    rf"(?:,?\s+(?P<suffix>{_SUFFIX}))?$"
)
_ASIDE: Final = (
    r"(?:\s+[-–—]+)?\s*[(\[（【][^)\]）】]*[)\]）】]\s*|(?:(?:\s+[-–—]+)?(?:^|\s+)[(\[]|[（【])[^)\]）】]*$"
    r"|\s*(?<![^\W_])[\"“”„«»][^\"“”„«»]+[\"“”„«»](?![^\W_])\s*"
)
"""A nickname or a remark, which is no part of the name; a bracket is not closed where the column ended, and never begins within a word."""
_MARKS: Final = "[*＊†‡✝¹²³]+"
_FOOTNOTE: Final = rf"(?<![\s*＊†‡✝¹²³])(?:\s*+{_MARKS}+)+(?=[\s,]|$)|^(?:[†‡✝]+\s*|[*＊]+\s+)"
"""A mark behind a name, or before it, whose meaning stands elsewhere. A star right before a letter may stand for another letter. Begun
once for a row of them, however long."""
_DASH: Final = r"\s+[-–—]+\s*|\s*[-–—]+\s+|\s*[/|]\s*"
"""What stands between a name and a remark that has no brackets: never the hyphen of a double name."""
_BETWEEN: Final = " ,;"
"""What may part a name from a remark, and goes with it."""
_SINCE: Final = r"\d|\b(?i:until|till?|from|since|bis|ab|seit|fr[åa]n|fra)\b"
"""Where in such a remark it is said since or until when."""
_MARKED: Final = r"[(\[（【\"“”„«»*＊†‡✝¹²³/|]| [-–—]|[-–—] "
"""What names have beside which something may stand."""
_IN_CAPITALS: Final = "[A-ZÀ-ÖØ-Þ]{4,}"
_STANDING_OUT: Final = rf" (?:{_IN_CAPITALS}|[a-zß-öø-ÿ]{{4,}})$"
"""A last word in other letters than names are written in."""
_NOT_IN_ADDRESSES: Final = (
    r"^(?i:(?:(?:dr|prof|mr|mrs|ms|mx|hr|fr|ing|mag|dipl|univ|doc|dott|med|phil|jur|rer|nat|h\.\s?c)\.[\s-]*"
    r"|(?:dr|prof|professor|mr|mrs|ms|mx|herr|frau)\s+)+)(?=\S)"
)
"""Titles before a name. Without a point only those that nobody is called."""
_NUMBER: Final = r"[(\[#]*(?P<number>[^\s()\[\]#,;]*[0-9](?:[^\s()\[\]#,;]*\w)?)[)\]]?"
_NUMBER_FIRST: Final = rf"^{_NUMBER}[\s,;:|/–—-]+(?P<name>[^0-9]+)$"
_NUMBER_LAST: Final = rf"^(?P<name>[^0-9]+?)[\s,;:|/–—-]*[\s(\[#]{_NUMBER}$"
_LONGEST: Final = 200
"""Characters of a cell that may have a number and a name."""
_EASTERN: Final = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]"
"""Scripts in which the last name mostly stands first, and nobody can tell."""
_IN_ORDER: Final = ","
"""In front of a name of which it is known that the first name comes first."""
_LETTER: Final = r"[^\W\d_]"
_NAME: Final = rf"{_LETTER}|^[-–—.]$"
"""What a part has; a dash stands for the one that somebody does not have."""


def part(names: pd.Series, which: str, orders: Sequence[NameOrder]) -> pd.Series:
    """The first or the last name of each whole name; NaN where it has no two parts that can be told apart.

    Args:
        names: Whole names.
        which: ``first`` or ``last``.
        orders: The ways in which HR writes them. With a comma it can only be ``Last, First``, without one only ``First Last``.
    """
    plain = _replaced(names, _alone(names)).str.replace("[，、،]", ",", regex=True).str.replace(r"\s+", " ", regex=True)
    plain = plain.str.strip()
    found = pd.DataFrame({each: pd.Series(float("nan"), index=names.index, dtype="str") for each in ("first", "last")})
    if "Last, First" in orders:
        parts = plain.str.extract(_LAST_FIRST)
        suffix = parts["suffix"].fillna(parts["behind"])
        found = pd.DataFrame({"first": parts["first"], "last": parts["last"].where(suffix.isna(), parts["last"] + " " + suffix)})
    if "First Last" in orders:
        parts = plain.mask(plain.str.contains(_EASTERN, na=False)).str.extract(_FIRST_LAST)
        last = parts["last"].where(parts["suffix"].isna(), parts["last"] + " " + parts["suffix"])
        found = found.fillna(pd.DataFrame({"first": parts["first"], "last": last}))
    usable = found["first"].str.contains(_NAME, na=False) & found["last"].str.contains(_NAME, na=False)
    return found[which].where(usable).astype("str")


def without_asides(names: pd.Series) -> pd.Series:
    """Names without what stands beside them: nicknames and remarks in brackets or quotation marks, marks of footnotes, and a word for how
    somebody stands, behind or before a dash (``Berg - LEFT``) or behind the name in other letters (``Berg LEFT``). One that is nothing else
    stays as it is."""
    return _replaced(names, {name: bare for name, bare in _alone(names).items() if re.search(_LETTER, bare)})


def without_standing(names: pd.Series) -> pd.Series:
    """Names without a remark on how somebody stands: ``Berg (On Leave)``, ``Berg - LEFT``. Any other remark may tell two people apart, and
    stays."""
    found = {name: bare for name, bare in _alone(names).items() if re.search(_LETTER, bare)}
    return _replaced(names, {name: bare for name, bare in found.items() if all(map(says_standing, _asides(name)))})


def _asides(name: str) -> list[str]:
    return [re.sub(r"^[\W_]+|[\W_]+$", "", aside) for aside in re.findall(_ASIDE, name)]


def without_titles(names: pd.Series) -> pd.Series:
    """Names without the titles before them: an address has none."""
    titled = names[names.str.contains(r"(?i)^[a-z]{2,9}[. ]", na=False)]
    return _replaced(names, {name: re.sub(_NOT_IN_ADDRESSES, "", name) for name in titled.unique()})


def _alone(names: pd.Series) -> dict[str, str]:
    """Each name beside which something may stand, without that."""
    marked = names.str.contains(_MARKED, na=False) | names.str.contains(_STANDING_OUT, na=False)
    some = names[marked].unique()
    shouting = [name for name in some if (last := re.search(f" ({_IN_CAPITALS})$", name)) and not says_standing(last[1])]
    shouted = len(shouting) * 2 > names.nunique()
    return {name: _name_alone(name, shouted=shouted) for name in some}


def _name_alone(name: str, *, shouted: bool = False) -> str:
    """Without what stands beside a name; where the last names are ``shouted``, capitals are no sign of a remark."""
    name = re.sub(r"\s+", " ", name)
    text = re.sub(_FOOTNOTE, "", re.sub(_ASIDE, " ", name).strip())
    parts = re.split(f"({_DASH})", text)
    while len(parts) > 1 and says_standing(parts[-1]):
        del parts[-2:]
    while len(parts) > 1 and says_standing(parts[0]):
        del parts[:2]
    bare = _without_last_words(re.sub(r"\s+", " ", "".join(parts)).strip(), shouted)
    return bare if bare == name else bare.strip(_BETWEEN)


def _without_last_words(name: str, shouted: bool) -> str:
    """Without words for how somebody stands at the end, in capitals or in small letters where the name itself is not."""
    words = name.split(" ")
    for count in range(min(3, len(words) - 1), 0, -1):
        rest, last = " ".join(words[:-count]), " ".join(words[-count:])
        written = (last.islower() and not rest.islower()) or (last.isupper() and not rest.isupper() and not shouted)
        if written and says_standing(last):
            return rest
    return name


def says_standing(remark: str) -> bool:
    """Whether a remark is about how somebody stands, since or until when set aside."""
    return len(re.findall(_LETTER, remark)) > 1 and canonical_status(re.split(_SINCE, remark)[0]) is not None


def _replaced(names: pd.Series, table: Mapping[str, str]) -> pd.Series:
    changed = {name: other for name, other in table.items() if other != name}
    return names.mask(names.isin(list(changed)), names.map(changed)).astype("str") if changed else names


def with_number(names: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Where a number stands before or behind a name, in brackets or not: the name as `referred` writes it, and the number."""
    short = names.where(names.str.len() <= _LONGEST)
    parts = short.str.extract(_NUMBER_FIRST).fillna(short.str.extract(_NUMBER_LAST))
    return referred(parts["name"]), parts["number"].astype("str")


def ways(first: pd.Series, last: pd.Series) -> list[pd.Series]:
    """Each way in which a person may be referred to by name, as `referred` writes it. Where both parts are one text, which is a whole name
    that nobody could split, it stands alone, too."""
    whole = (first + " " + last).mask(first.eq(last), first)
    return [*ways_of_whole(whole), compared(last + " " + first), compared((first + " " + last).where(first.eq(last)))]


def ways_of_whole(names: pd.Series) -> list[pd.Series]:
    """The same of whole names, whose order is that in which they are written."""
    straight = referred(names).str.removeprefix(_IN_ORDER)
    return [straight, _IN_ORDER + straight]


def referred(names: pd.Series) -> pd.Series:
    """Names as they are compared. One with a comma is turned around, and says by it in which order it is."""
    plain = compared(names)
    parts = plain.str.extract(r"^(?P<last>[^,]+), (?P<first>[^,]+)$")
    return (_IN_ORDER + parts["first"] + " " + parts["last"]).fillna(plain).astype("str")


def compared(names: pd.Series) -> pd.Series:
    """Names without what tells no two people apart: upper and lower case, how many blanks there are, marks of footnotes."""
    folded = (
        names.str.casefold()
        .str.replace(_MARKS, "", regex=True)
        .str.replace(r"\s+", " ", regex=True)
        .str.replace(r"\s*[,，]\s*", ", ", regex=True)
    )
    return folded.str.strip(" ,").astype("str")


def without_accents(names: pd.Series) -> pd.Series:
    """The same, in plain letters: ``möller`` as ``moller``."""
    foreign = names[names.str.contains(r"[^\x00-\x7f]", na=False)]
    return _replaced(names, {name: re.sub(r"\s+", " ", anyascii(name).casefold()).strip() for name in foreign.unique()})
