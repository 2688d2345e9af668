"""What months are called in the names of files, in the languages of ``roster.proposal.headings``.

Belongs here: the words, and finding them however they are written. Does not belong here: what a day is (``roster.reading.naming``).
"""

import unicodedata
from typing import Final

_WORDS: Final = """
    jan januari januar january janvier enero ene gennaio janeiro tammi tammikuu tammikuuta styczen stycznia
    feb februari februar february fevrier fevr fev febrero febbraio febr fevereiro helmi helmikuu helmikuuta luty lutego
    mar mars marts march marz maart mrt marzo marco maalis maaliskuu maaliskuuta marzec marca
    apr april avril avr abril abr aprile huhti huhtikuu huhtikuuta kwiecien kwietnia
    may maj mai mayo maggio mei maio touko toukokuu toukokuuta maja
    jun juni june juin junio giugno giu junho kesa kesakuu kesakuuta czerwiec czerwca
    jul juli july juillet juil julio luglio lug julho heina heinakuu heinakuuta lipiec lipca
    aug augusti august aout agosto ago augustus elokuu elokuuta sierpien sierpnia
    sep sept september septembre septiembre settembre setembro syys syyskuu syyskuuta wrzesien wrzesnia
    oct okt october oktober octobre octubre ottobre ott outubro loka lokakuu lokakuuta pazdziernik pazdziernika
    nov november novembre noviembre novembro marras marraskuu marraskuuta
    dec des dez december desember dezember decembre diciembre dic dicembre dezembro joulu joulukuu joulukuuta grudzien grudnia
"""
"""A line a month, without accents. Not those that mean another month elsewhere (`listopad`), nor those that are other words as well
(`set`, `out`, `gen`, `mag`, `elo`)."""
MONTHS: Final = {word: month for month, line in enumerate(_WORDS.strip().splitlines(), start=1) for word in line.split()}
"""Word → number of the month."""
ANY: Final = f"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
"""A pattern of all of them, for text that is `unaccented`, whatever its case."""


def unaccented(text: str) -> str:
    """The text composed (NFC), and each letter without its accent: as many characters as the composed text has. An é may arrive as an e and
    an accent: a Mac names files so."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize("NFD", character)[0] for character in unicodedata.normalize("NFC", text))
