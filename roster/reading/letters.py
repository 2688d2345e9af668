"""Which letters of a western code page belong where they stand, and which are another page's, read wrongly.

The Turkish, Baltic and central European pages of Windows and ISO 8859 differ from the western one in some letters, and most of those are
letters there as well: ``Şahin`` reads ``Þahin``, ``Kalniņa`` reads ``Kalniòa``. No codec refuses them, nor those of DOS and of old Macs.

Belongs here: what such a letter looks like between its neighbours. Does not belong here: whether text is noise, and which encoding is
taken (``roster.reading.decoding``).
"""

import re

_CONSONANT = "bcdfghjklmnpqrstvwxz"
_VOWEL = "aeiouyåäöæøàâáéíóúü"
_SMALL = "a-zà-öø-ÿšžœ"

ICELANDIC = re.compile("[ðþýÐÞÝ]")
"""Letters of Icelandic and Faroese. At their places the Turkish page has ı ş ğ, the Baltic one š ž, the central European one ţ đ."""
AS_IN_ICELANDIC = re.compile(r"[áéíóúæÁÉÍÓÚÆ]|ður|urð|uð[nrm]|eið|við|rþ|^Þor")
"""What stands with them in names from there, and never in Turkish ones."""
OUT_OF_PLACE = re.compile(
    f"[çÇ](?=[{_CONSONANT}])"  # Latvian ē
    f"|[èÈ](?=[{_VOWEL}])|(?<=[áíóúýÁÍÓÚÝ])[èÈ]"  # č of Czech, Slovak, Croatian and Lithuanian
    r"|è(?=k)|(?<=[aiu])è\b"  # the same: in French a consonant and an e follow, and Italian has another vowel before it
    rf"|ñ(?=[{_CONSONANT}])|(?<=[{_VOWEL}])ñ\b"  # ń of Polish
    r"|ø(?=[áéíóúýì])|\b[PK]øi(?=[bcvkšž])|(?<=d)ø(?=ej|ich)|ø[a-z]*[èìùòšž]|[èìùòšž][a-z]*ø|\bØe[a-z]*[áéíýè]"  # ř of Czech
    rf"|(?<![^\W\d_])[¼¾](?=[a-zà-ÿ])|(?<=[a-zà-ÿ])[¼¾]|\bŒu(?![fv])"  # Ľ and ľ of Slovak
    f"|[òìùÒÌÙ](?=[{_SMALL}])"  # Latvian ņ and ģ, Czech ň, ě and ů: in Italian and French they end a word
    rf"|[{_VOWEL}]æ\b"  # Croatian and Polish ć
    f"|ã(?=[{_CONSONANT.replace('s', '')}])"  # Romanian ă: in Portuguese o, e or nothing follows
    r"|[œŒ](?=[bklmnwz])|\bœ(?=a)|\bØ(?=u)"  # Polish ś, and ż and Ł in CP 852
    f"|ê(?=sk|bsk|bi|dr|dz|gr|ck|cz)|(?<=i)ê(?=[bcdgkptz])|(?<=sz|cz|rz)ê|rêba"  # Polish ę
    f"|(?<=[{_CONSONANT}y])ï"  # Hungarian ő in CP 852: in French and Dutch it follows a vowel
    r"|\b[ÏŸ](?=[a-z])|\bÍ(?=[aeiu])"  # Slovak Ď, Latvian Ļ and Ķ, and Ž and Š in CP 775
    rf"|(?<![gGdD])(?<=[{_CONSONANT + _CONSONANT.upper()}])î(?=[{_CONSONANT}]{{1,2}}(?:is|ols|ns|s|e|a)\b)"  # Latvian ī
    rf"|(?<!\bP)â(?=[{_CONSONANT}]{{1,2}}is\b)"  # Latvian ā
    r"|(?:ait|yt|ut|ût|ien|g[ln]|vil|dr|ist)ë\b|tëj"  # Lithuanian ė
    r"|[aiouy][äõ](?=sk[ia]|cz)|iå\b"  # Polish ń in CP 852, read as Windows-1252 and as CP 850, and Croatian ć
    r"|(?<![äÄ])äo\b"  # Portuguese ã in CP 860
)
"""Letters that no language of the western page has at such a place."""
HUNGARIAN = re.compile(
    # Estonian has õ in the first syllable or in the second half of a compound, Portuguese before e.
    rf"[{_VOWEL}õ][{_CONSONANT}]+õ(?!e|is|ld)|õ(?!e)[{_SMALL}]*[áéíóúöü]|[áéíóúöü][{_SMALL}]*õ(?!e)"
    r"|(?:sz|gy|zs|cs|cz|ny|ly)[a-z]*õ|õ(?!e)[a-z]*(?:sz|gy|zs|cs|cz|ny|ly)"
    # In French û follows an o, or stands in one of a few words.
    r"|(?<!o)(?<!br)(?<!fl)(?<!cr)(?<!b)(?<!f)(?<!m)(?<!s)(?<!q)(?<!d)û"
    r"|bû(?!ch)|(?<!f)fû(?!t\b|ts\b)|mû(?!re?s?\b|ri)|(?<!\b)sû|sû(?!r)|dû(?!s?\b|ment)",
    re.IGNORECASE,
)
"""Where Hungarian has ő and ű, the Baltic languages ū."""
SIGNS = re.compile(
    r"(?<=[^\W\d_])(?![’‘´`–—­…·ªº°®™©&])[^\w\s\x00-\x7f](?=[^\W\d_])"
    rf"|(?<![lL])·(?=[^\W\d_])"
    rf"|(?<![^\W_])[¢£¤¥¦§¨©ª¬®¯²³¶¸¹†‡ˆ‰˜€](?=[{_SMALL}])"
    r"|(?<=[a-z])(?:[¢¤¥¦¬¯±¶¸†‡ˆ‰˜˝˛ˇ˘˙˚]|(?<=[a-z]{2})[³¹])(?![^\W_])"
    r"|[ﬁﬂπΩ]|(?<=[A-Za-z])[ØŸ](?=[a-z])"
    rf"|(?<=[a-z])\u00a0(?=[{_CONSONANT}]+\b)|\b[A-Z]\u00a0(?=[{_SMALL}]{{3}})"
)
"""Signs in the middle of words, or joined to them, where DOS, old Macs and other pages have letters: ``Nov·k``, ``T¢th``."""
_WORDS = re.compile(r"[0-9A-Za-z]*(?:[^\x00-\x7f][0-9A-Za-z]*)+")


def belong(text: str) -> bool:
    """Whether all letters of a text that was read in a western code page may be what they seem.

    Icelandic letters belong where most of the words that have them look Icelandic.
    """
    words = {word.title() if word.isupper() else word for word in _WORDS.findall(text)}
    joined = "\n".join(words)
    if any(pattern.search(joined) for pattern in (OUT_OF_PLACE, HUNGARIAN, SIGNS)):
        return False
    doubtful = {word for word in words if ICELANDIC.search(word)}
    return 2 * sum(bool(AS_IN_ICELANDIC.search(word)) for word in doubtful) >= len(doubtful)
