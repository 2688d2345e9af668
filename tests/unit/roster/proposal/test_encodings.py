"""In which encoding a file is proposed to be read, and when that is left open."""

import pytest

from assets import draft
from roster.proposal.sniffing import of_text
from roster.reading.decoding import decode
from roster.unfit import Unfit

CZECH = ["Novák", "Svoboda", "Novotný", "Dvořák", "Černý", "Procházka", "Kučera", "Veselý", "Horák", "Němec"]
FRENCH = ["Lefèvre", "Hébert", "Côté", "Noël", "Français", "Bérénice", "Léger", "Pêcheur", "Maître"]
GREEK = ["Παπαδόπουλος", "Γεωργίου", "Δημητρίου", "Νικολάου"]
HUNGARIAN = ["Nagy", "Kovács", "Tóth", "Szabó", "Horváth", "Molnár"]
POLISH = ["Kowalski", "Wójcik", "Kamiński", "Lewandowski", "Zieliński"]
RUSSIAN = ["Иванов", "Петров", "Сидоров", "Кузнецов"]
SLOVENE = ["Novak", "Kovačič", "Zupančič", "Potočnik", "Božič"]
TURKISH = ["Kaya", "Şahin", "Çelik", "Öztürk", "Koç", "Özdemir", "Güler"]


def file_of(names: list[str], encoding: str) -> bytes:
    return ("No,Name,Mail\n" + "".join(f"{number},{name},p{number}@x.example\n" for number, name in enumerate(names))).encode(encoding)


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        *((CZECH, encoding) for encoding in ("cp1250", "iso8859-2", "cp852")),
        *((SLOVENE, encoding) for encoding in ("cp1250", "cp852")),
        *((TURKISH, encoding) for encoding in ("cp1254", "iso8859-9", "cp857")),
        *((names, "cp852") for names in (HUNGARIAN, POLISH)),
        *((GREEK, encoding) for encoding in ("cp1253", "iso8859-7")),
        *((RUSSIAN, encoding) for encoding in ("cp1251", "koi8-r")),
    ],
)
def test_an_encoding_that_cannot_be_told_for_sure_is_left_open(names: list[str], encoding: str) -> None:
    format = of_text(file_of(names, encoding))
    assert format["encoding"].confidence < draft.CONFIDENT
    assert format["delimiter"].value == ","


@pytest.mark.parametrize(("names", "encoding"), [(CZECH, "cp1250"), (GREEK, "cp1253"), (RUSSIAN, "cp1251")])
def test_the_hint_for_what_is_left_open_reads_the_file(names: list[str], encoding: str) -> None:
    data = file_of(names, encoding)
    assert decode(data, of_text(data)["encoding"].value)[0].decode() == data.decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "mac-roman", "cp850"])
def test_an_encoding_that_is_told_for_sure_is_proposed(encoding: str) -> None:
    names = [*FRENCH, "Strömberg", "Håkansson", "Müller"]
    found = of_text(file_of(names, encoding))["encoding"]
    assert (found.value, found.confidence > draft.CONFIDENT) == (encoding, True)


def test_what_no_encoding_fits_is_refused_with_what_to_do() -> None:
    with pytest.raises(Unfit) as caught:
        of_text(b"id;name\n1;\0" + bytes(range(128, 256)))
    assert "UTF-8" in caught.value.advice or "utf-16" in caught.value.advice
