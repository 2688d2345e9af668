"""Letters that only fit: a page of another region read as the western one."""

import re

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


# A word between commas is read alone: one person's name among a thousand others tells.
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        *(("cp1250", name) for name in ("Křížová", "Růžička", "Přibyl", "Součková", "Řehák", "Ondřej", "Bedřich", "Babič", "Ďurica")),
        *(("cp1250", name) for name in ("Fűzesi", "Szőke", "Erdős", "Gyűrű", "Szűcs", "Tőkés", "Kőrösi", "Jenő", "SZŐKE", "FŰZESI")),
        *(("cp1250", name) for name in ("Kęska", "Zaręba", "Wiącek", "Zięba", "Stępień", "Michał", "Łukasz", "ŁUKASZ", "Paweł", "RŮŽIČKA")),
        *(
            ("cp1257", name)
            for name in ("Eglītis", "Zīle", "Vītols", "Lācis", "Jūratė", "Dūda", "Grigaitė", "Petrienė", "Ķikuts", "Ļaudams")
        ),
        *(("cp852", name) for name in ("Novák", "Kamiński", "Tóth", "Babić", "Němec", "Dvořák", "Szabó", "Żak", "Németh")),
        *(("iso8859-2", name) for name in ("Łukasz", "Božič", "Žižek")),
        ("iso8859-4", "Žukauskas"),
    ],
)
def test_one_persons_letters_tell_of_another_page(encoding: str, name: str) -> None:
    with pytest.raises(Unfit, match="cannot be told for sure"):
        decode(file_of(["Berg", "Lund", name] if encoding == "cp852" else ["Björk", "Sjöberg", "Müller", name]).encode(encoding), AUTO)


@pytest.mark.parametrize(
    ("encoding", "read_as", "name"),
    [
        ("cp1250", "mac-roman", "Novák"),
        ("cp1250", "mac-roman", "Černý"),
        ("cp1254", "mac-roman", "Şahin"),
        ("cp852", "cp850", "Kamiński"),
        ("cp852", "cp850", "Babić"),
        ("cp860", "cp850", "João"),
        ("cp860", "cp850", "CONCEIÇÃO"),
    ],
)
def test_pages_of_dos_and_old_macs_are_held_to_the_same(encoding: str, read_as: str, name: str) -> None:
    assert not letters.belong(f"1,{name.encode(encoding).decode(read_as)},x")


def test_a_page_of_dos_and_one_of_old_macs_that_both_make_sense_are_not_told_apart() -> None:
    with pytest.raises(Unfit, match="cannot be told for sure"):
        decode(file_of(["Agnès"]).encode("cp437"), AUTO)


WESTERN = re.findall(
    r"\S+",
    """
    Bjørn Øyvind Øivind Øie Høiby Røise Tøien Løvås Søe Høegh Røed Bøe Kjær Sæther Ægidius Åse Håkansson Kärrström Ångström Öberg
    Müller Groß Weißhaupt Schröder Jäger König Höß Zoë Noël Noëlle Citroën Raphaël Michaël Joëlle Israël Anaïs Loïc Oekraïne Aïcha
    François Lefèvre Hélène Thérèse Agnès Sèvres Benoît Lemaître Nîmes Gîte Dîner Île Brûlé Goût Août Mûrier Bûcheron Flûte Évêque
    Pêcheur Chêne Hêtre Guêpe Forêt Crêpe Prêtre Têtu Pâris Châtelain Mâcon Théâtre Œuvrard Œdipe Côté Çelik Garçon Piqûre Croûte
    João Conceição Magalhães Simões Camões Gonçalves Rêgo Pêgo Inês Corrêa Gouvêa Câmara Ângela Tânia Vânia Jânio Lourenço
    Núñez Muñoz Zúñiga Peña Ibáñez Begoña García Íñigo Ícaro Àlex Àngel Gal·la Mª Nicolò Noè Mosè Cantù Forlì Città Perché
    Tõnisson Õunapuu Mägi Jõgi Kõiv Põld Rõõm Võsu Raudõis Pääohjaaja Töölö Gëzim Përparim Arbër Dhuratë Siân Lê Nguyên Bîrsan
    O’Hara Anna–Lena m² 1½ 5€ £5 Acme® N° ¿Qué? ¡Hola! «Nom» Šárka Haÿ
    """,
)


@pytest.mark.parametrize("name", WESTERN)
def test_a_name_of_the_west_belongs_however_rare_its_letters_are(name: str) -> None:
    assert letters.belong(f"1,{name},x")
    assert letters.belong(f"1,{name.upper()},x")


def test_a_blank_that_never_breaks_belongs_between_words() -> None:
    assert letters.belong("Jan\u00a0van\u00a0der\u00a0Berg,Ortega\u00a0y\u00a0Gasset,JAN\u00a0EK")


def test_plain_letters_always_belong() -> None:
    assert letters.belong("Ann Li, Yildiz")
