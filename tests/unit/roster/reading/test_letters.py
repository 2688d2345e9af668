"""Letters that only fit: a page of another region read as the western one."""

import pytest

from roster.reading import letters
from roster.reading.decoding import AUTO, decode
from roster.unfit import Unfit

NORDIC = ["Strömberg", "Håkansson", "Sæther", "Øberg"]


def file_of(names: list[str]) -> str:
    return "No,Name,Mail\n" + "".join(f"{number},{name},p{number}@x.example\n" for number, name in enumerate(names))


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1254", ["Yıldız", "Şahin", "Öztürk", "Işık", "Güneş", "Doğan"]),
        ("iso8859-9", ["Yılmaz", "Taş"]),
        ("cp1254", [*NORDIC[:3], "Şahin"]),
        ("cp1257", ["Bērziņš", "Kalniņa", "Ozoliņš"]),
        ("cp1257", ["Žukauskas", "Šimkus", "Vaičiūnas"]),
        ("cp1257", ["Tõnisson", "Šmidt", "Mägi"]),
        ("iso8859-13", ["Ozoliņš", "Žukauskas"]),
        ("cp1250", ["Wójcik", "Wiśniewski", "Dąbrowski"]),
        ("cp1250", ["Dvořák", "Černý", "Němec"]),
        ("cp1250", ["Kovačić", "Đorđe", "Marušić"]),
        ("cp1250", ["Szabó", "Győző", "Kőrösi"]),
        ("cp1250", ["Strömberg", "Jürgen", "Wiśniewski"]),
        ("cp1250", ["Kováč", "Lukáš"]),
        ("cp1250", ["Ľupták", "Horváth"]),
        ("cp1250", ["Strömberg", "Müller", "Dvořák"]),
        ("cp1250", ["Strömberg", "Müller", "Kamiński"]),
        ("cp852", ["Tóth", "Győri", "Kőszegi", "Fülöp", "Vörös"]),
    ],
)
def test_another_regions_page_is_not_taken_for_the_western_one(encoding: str, names: list[str]) -> None:
    with pytest.raises(Unfit) as caught:
        decode(file_of(names).encode(encoding), AUTO)
    assert caught.value.code == "encoding"
    assert "cannot be told for sure" in caught.value.message
    assert decode(file_of(names).encode(encoding), encoding)[0].decode() == file_of(names)


@pytest.mark.parametrize(
    "names",
    [
        NORDIC,
        [*NORDIC, "Guðrún", "Sigurður", "Þórsdóttir"],
        [*NORDIC, "Sigurður"],
        ["Jógvan", "Høgni", "Eyðun", "Tórður"],
        ["François", "Lefèvre", "Hélène", "Benoît", "Œdipe", "Noël"],
        ["João", "Conceição", "Magalhães", "Simões", "Lourenço"],
        ["Mägi", "Õunapuu", "Tõnisson"],
        ["Núñez", "Muñoz", "Nicolò", "Çelik", "Weiß"],
        ["Loïc", "Anaïs", "Oekraïne"],
    ],
)
def test_letters_of_the_west_and_of_iceland_are_read(names: list[str]) -> None:
    assert decode(file_of(names).encode("cp1252"), AUTO)[0].decode() == file_of(names)


def test_plain_letters_always_belong() -> None:
    assert letters.belong("Ann Li, Yildiz")
