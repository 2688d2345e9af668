"""Whether a text lost letters on its way, or shows others in their place.

Belongs here: the marks by which that is seen in one text, with what they come from. Does not belong here: whole columns and what becomes
of such a text (``roster.intake.damage``).

Sources: the code charts of Windows-1250 to 1257, ISO 8859-1 to 16, CP 437, CP 850 and Mac Roman; in each of them the bytes of UTF-8 are
some letter followed by signs that no word has there. Where a sign may follow a letter in good text (a quote, a dash), small letters
around it must show that it stands inside a word.
"""

import re
from collections.abc import Callable

Change = Callable[[str], str]

_SIGN = "\x80-\x9f€‚ƒ„†‡ˆ‰‹•˜¡-©«-\u00ad¯-¹¼-¿˘ˇ˛˝ŻĄĽŚŤŽŹśťžźšŠœŒŸ"
"""What the later bytes of a letter in UTF-8 become, and what never follows a capital letter with an accent."""
_QUOTE = "‘’“”–—…™›®ªº»"
"""What they may become too, and what may well stand behind such a letter."""
_LEAD = "ÄÅÆÇÈĂĹĆĞΓГ"
"""What the first byte of a letter of European languages becomes, in one code page or the other; à and  besides."""
_SMALL = "a-zß-öø-ÿāăąćčďđēęěğģīıķļłńņňőœřśşšţťūůűźżžșț"

_GARBLED = re.compile(
    f"[ÃÂ][{_SIGN}{_QUOTE}]|[{_LEAD}][{_SIGN}]"
    f"|(?<=[{_SMALL}])[{_LEAD}][{_QUOTE}]|[{_LEAD}][{_QUOTE}](?=[{_SMALL}])"
    f"|(?<=[{_SMALL}])[ÃÂ](?![A-Z])"  # its second byte was a no-break blank or a soft hyphen, and is gone
    f"|â[€‚„†ˆ‰\x80-\x9f]|ï¿½|ï»¿|ðŸ|á[¸¹º»][{_SIGN}{_QUOTE}]"
    f"|(?:[ÎÏÐÑÒÓרÙÚÛà-ï][{_SIGN}{_QUOTE}]{{1,2}}){{2,}}"  # Greek, Cyrillic, Hebrew, Arabic and Asian letters: always several
    r"|(?:[РС][\u0080-\u00bf\u0402-\u040f\u0452-\u045f\u0490\u0491€‚„…†‡‰‹›‘’“”•–—™№]){2,}"  # the same in Windows-1251
    r"|[\u2500-\u259f√≈∆]|ƒ\S"  # CP 437 and 850, Mac Roman
)
_MISREAD = re.compile(
    # Windows-1252, CP 850 or Mac Roman read as another of them, and ISO 646, in which braces and the bar are letters
    f"(?<=[^\\W\\d_])[ˆ‰¯¸÷¨˜˚˙˛˝¦¤¢£¥¬±¶¼½¾¹²³°†‡„‚‹›™µ×¡«»{{}}|](?=[{_SMALL}])"
    f"|(?<=[{_SMALL}A-Z])[“”](?=[{_SMALL}])"
    f"|(?:^|(?<=[\\s'’-]))[÷™‰ˆ†‡¤¦¶¼¾…](?=[{_SMALL}])"
    f"|(?<=[BFHJKPRSVXZbfhjkprsvxz])‘(?=[bcdfghjklmnpqrstvwxz])"  # not G, D, L, M, N, O and T, behind which names have one
    r"|^\](?=[a-z])|^[\[{](?=[a-z]+$)"
    f"|(?<=[{_SMALL}][{_SMALL}])[ÂÊÈÕŠŒŸ](?=[{_SMALL}])"
    f"|(?<=[A-Z])[ÂÕŒŸ](?=[{_SMALL}])|(?<=[A-Z][bdfghjklmnpqrstvwxz])[ÂÊÈÕŒ](?=[{_SMALL}])|(?<=[{_SMALL}])Ÿ(?=[{_SMALL}])"
    f"|(?<=[áíóúý])è|(?<=[a-z])ø(?=á)"  # Slovak and Czech, of Windows-1250
)
"""Signs inside a word, and capital letters that no language has there: a page of one byte that was read as another such page."""
_TWO_ALPHABETS = re.compile(r"[A-Za-zÀ-ÿ][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][A-Za-zÀ-ÿ]")
"""A Latin letter beside a Greek or Cyrillic one. Of an e-mail address that is told apart (`roster.intake.addresses`)."""
_LOST = re.compile("[\ufffc\ufffd\ufffe\uffff\x1a\x80-\x9f\ue000-\uf8ff□]")
"""Characters that stand for none."""
_QUESTION_MARKS = re.compile(r"[^\W\d_][?¿]|(?:^|(?<=[\s'’-]))[?¿]+[^\W\d_]|^[?¿]+$")
"""Question marks beside letters."""
_CODE = re.compile(
    r"&(?:#\d+|#x[0-9a-fA-F]+|amp|lt|gt|quot|apos|nbsp|shy|szlig|[oO]slash|[aA][eE]lig|[aA]ring|eth|ETH|thorn|THORN"
    r"|[A-Za-z](?:uml|acute|grave|circ|tilde|cedil|caron|ring|slash));"
    r"|\\u[0-9a-fA-F]{4}|\\x[89a-fA-F][0-9a-fA-F]|%C[2-9A-F]%[89AB][0-9A-F]|=C[2-9A-F]=[89AB][0-9A-F]|=\?[\w-]+\?[QB]\?"
    r"|\+A[MNOP][A-Za-z0-9+/]-|_x[0-9a-fA-F]{4}_|\\r\\n|\\[rn]$|\\['\"]"
    # a formula as text
    r"|^=\s*@?(?:[^\W\d_][\w.]*\(|(?:.*!)?\$?[A-Z]{1,3}\$?\d)|^\{=.*\}$"
    r"|^=\s*(?:.*!)?R(?:\d+|\[-?\d+\])?C(?:\d+|\[-?\d+\])"
    r"|</?(?i:a|b|i|u|p|br|div|span|font|strong|em|nobr|td)(?:\s[^<>]*)?/?>"
    r"|\$\{[\w.]+\}|\{\{.*\}\}|^\{\w+\}$|^%[\w.]+%$|^<<\w+>>$|\bSystem\.(?:String|Object|DBNull)\b"  # placeholders that nobody filled
    r"|\[object \w+\]|^#(?:[¡¿]?(?:[^\W1-9a-zß-öø-ÿ]|/)+[!?]|N/A|NV|I/T|N/D|N/V|Н/Д|YOK|HIÁNYZIK|GETTING_DATA|#+)$"
    r"|^Err:\d{3}$|<U\+[0-9A-F]{4,6}>"
    r"|^(?:Loading|Laddar|Läser in|Laster inn|Indlæser|Ladataan|Wird geladen"
    r"|Laden|Chargement|Cargando|Carregando|Caricamento)\s*(?:\.{3}|…)$"
)
_LETTER = r"[^\W\d_]"
_NEVER = r"\\~^{}¡¢£¤¥¦§©¬®¯±µ¶¸¼½¾×÷€‚‹›™‰…•¨˘˙˚˛˝ˆ˜⁄■◊∏"
"""Signs that touch no letter of a name, be it large or small."""
_QUOTES = "“”„«»"
_IN_NAMES = re.compile(
    f"{_LETTER}[{_NEVER}]|[{_NEVER}]{_LETTER}|{_LETTER}[{_QUOTES}†‡°¹²³]{_LETTER}"
    f"|{_LETTER}{{2}}[ªº](?=[^\\W\\d_])|(?:^|\\s)[ªº](?=[^\\W\\d_])"  # Mª is María
    f"|ﬂ(?!\\w)|[ĂĹ]–[A-Z]|(?<![\u0400-\u04ff])Г–[A-Z]"
    # brackets are letters of ISO 646: one that stands within a word, and no remark's, which is closed or follows a blank
    rf"|{_LETTER}\[[^\[\]]*\]{_LETTER}|{_LETTER}[(\[][^)\]]*$|^\[[^\s\]]+$|^[^\[]*(?:{_LETTER}\]|\]{_LETTER})"
)
_CODE_IN_NAMES = re.compile(r"^=|^\+\$?[A-Z]{1,3}\$?\d|=[89A-F][0-9A-F](?=[a-z])|%(?:20|[89A-F][0-9A-F])")
_REMARK = re.compile(r"(?<!\w)[(\[][^)\]]*[)\]](?!\w)")
_ADDRESS = "://"
"""Behind it a question mark is one."""


def kind(text: str) -> str | None:
    """How a text was damaged: ``lost``, ``garbled`` or ``code`` (`roster.intake.damage.MESSAGES`); None where no damage shows.

    >>> kind("H?kansson"), kind("GrÃ¸ndal"), kind("O&#39;Brien"), kind("O'Brien")
    ('lost', 'garbled', 'code', None)
    """
    if _CODE.search(text):
        return "code"
    if _GARBLED.search(text) or ("@" not in text and _TWO_ALPHABETS.search(text)) or (_ADDRESS not in text and _MISREAD.search(text)):
        return "garbled"
    return "lost" if _LOST.search(text) or (_ADDRESS not in text and _QUESTION_MARKS.search(text)) else None


def kind_in_name(text: str) -> str | None:
    """As `kind`, of a name, which has fewer signs than other texts: none within a word, and no formula.

    >>> kind_in_name("STR\\\\MBERG"), kind_in_name("=20"), kind_in_name("Berg (50 %)"), kind("Sub\\\\unit")
    ('garbled', 'code', None, None)
    """
    if (found := kind(text)) or not (_CODE_IN_NAMES.search(text) or _IN_NAMES.search(_REMARK.sub(" ", text))):
        return found
    return "code" if _CODE_IN_NAMES.search(text) else "garbled"
