"""Which letters of a western code page belong where they stand, and which are another page's, read wrongly.

The Turkish, Baltic and central European pages of Windows and ISO 8859 differ from the western one in some letters, and most of those are
letters there as well: ``Şahin`` reads ``Þahin``, ``Kalniņa`` reads ``Kalniòa``. No codec refuses them.

Belongs here: what such a letter looks like between its neighbours. Does not belong here: whether text is noise, and which encoding is
taken (``roster.reading.decoding``).
"""

import re

_CONSONANT = "bcdfghjklmnpqrstvwxz"
_VOWEL = "aeiouyåäöæøàâáéíóúü"

ICELANDIC = re.compile("[ðþýÐÞÝ]")
"""Letters of Icelandic and Faroese. At their places the Turkish page has ı ş ğ, the Baltic one š ž, the central European one ţ đ."""
AS_IN_ICELANDIC = re.compile(r"[áéíóúæÁÉÍÓÚÆ]|ður|urð|uð[nrm]|eið|við|rþ|^Þor")
"""What stands with them in names from there, and never in Turkish ones."""
OUT_OF_PLACE = re.compile(
    f"[çÇ](?=[{_CONSONANT}])"  # Latvian ē
    f"|[èÈ](?=[{_VOWEL}])|(?<=[áíóúýÁÍÓÚÝ])[èÈ]"  # č of Czech, Slovak, Croatian and Lithuanian
    f"|ñ(?=[{_CONSONANT}])|ø(?=á)"  # ń of Polish, ř of Czech
    r"|(?<![^\W\d_])[¼¾](?=[a-zà-ÿ])|(?<=[a-zà-ÿ])[¼¾]"  # Ľ and ľ of Slovak
    f"|[òìùÒÌÙ](?=[a-zà-ÿ])"  # Latvian ņ and ģ, Czech ň, ě and ů: in Italian and French they end a word
    rf"|[{_VOWEL}]æ\b"  # Croatian and Polish ć
    f"|ã(?=[{_CONSONANT.replace('s', '')}])"  # Romanian ă: in Portuguese o, e or nothing follows
    "|[œŒ](?=[bklmnwz])"  # Polish ś
    f"|(?<=[{_CONSONANT}y])ï"  # Hungarian ő in CP 852: in French and Dutch it follows a vowel
)
"""Letters that no language of the western page has at such a place."""
_HUNGARIAN = re.compile("[õÕ](?!e)|[ûÛ](?![a-z]?t)")
"""Where Hungarian has ő and ű. Estonian and Portuguese have õ too, and none of the letters that come with it in Hungarian."""
_WITH_IT = re.compile("[áíóúÁÍÓÚ]")
_WESTERN_ONLY = re.compile("[åøæñãßëèêàçÅØÆÑÃËÈÊÀÇ]")
_WORDS = re.compile(r"[^\W\d_]*[ðþýÐÞÝ][^\W\d_]*")


def belong(text: str) -> bool:
    """Whether all letters of a text that was read in a western code page may be what they seem.

    Icelandic letters belong where most of the words that have them look Icelandic.
    """
    if OUT_OF_PLACE.search(text):
        return False
    if _HUNGARIAN.search(text) and _WITH_IT.search(text) and not _WESTERN_ONLY.search(text):
        return False
    words = set(_WORDS.findall(text)) if ICELANDIC.search(text) else set()
    return 2 * sum(bool(AS_IN_ICELANDIC.search(word)) for word in words) >= len(words)
