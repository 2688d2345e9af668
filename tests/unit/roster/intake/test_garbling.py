"""Texts that lost letters, and those that only look odd."""

import pytest

from roster.intake.garbling import kind

NAMES = [
    *(
        "Strömberg",
        "Håkansson",
        "Nygård",
        "Åsa",
        "Øyvind Ødegård",
        "Sæther",
        "O'Brien",
        "O’Hara",
        "'s-Hertogenbosch",
        "D'Hers",
        "van 't Hoff",
    ),
    *("Guðrún Þórsdóttir", "Yıldız", "Şahin", "Işık", "Wiśniewski", "Łukasz", "Dvořák", "Šťastný", "Győző", "Bērziņš", "Žukauskas"),
    *(
        "João Conceição",
        "JOÃO",
        "CONCEIÇÃO",
        "São Paulo",
        "Núñez",
        "Benoît",
        "Lefèvre",
        "L'ÉTÉ",
        "Weiß",
        "Strauß’ Büro",
        "PĂUN",
        "Ştefan",
        "Ţepeş",
    ),
    *(
        "Nguyễn Thị Ánh",
        "Đặng",
        "Παπαδόπουλος",
        "Γ’ Τμήμα",
        "Иванов",
        "СРЕДНИЙ",
        "Ђорђевић",
        "שלום",
        "محمد",
        "李明",
        "김민준",
        "ÅSE",
        "BODØ–ÅRE",
    ),
    *(
        "Müller–Lüdenscheidt",
        "VÅRD®",
        "“CHEF FÖR VÅ”",
        "«BODÅ»",
        "ÅNGSTRÖM",
        "ÄÄ",
        "Åland",
        "Crème brûlée 5 €",
        "½ tjänst",
        "3½ år",
        "Sales™",
        "Gal·la",
        "O‘g‘li",
        "MacÉireann",
        "RegionÖst",
        "Ann “Annie” Li",
        "Nº 5",
        "1ª planta",
        "D‘hondt",
        "N‘diaye",
        "T‘Serclaes",
        "ŒUVRE",
        "Œdipe",
        "Mšeno",
        "Vitamin Ω",
        "10 µm",
        "Иванов (Ivanov)",
        "Sales …",
        "½ tid",
        "[left] Berg",
    ),
]
TEXTS = [
    "R&D",
    "AT&T",
    "Sales & Marketing",
    "C#",
    "#12",
    "50 %",
    "Salt/Pepper",
    r"Sub\unit",
    "https://x.example/?q=1",
    "a=b",
    "= Team A",
    "System.Support",
    "HR | People",
    "a < b",
    "C+A-B",
    "pre_x0_post",
    r"Sub\new",
    "Team #1!",
    "ÇŞÖ",
]
UTF_8_READ_AS = ("cp1252", "latin-1", "iso8859-15", "cp1250", "cp1254", "cp850", "cp437", "mac-roman")


@pytest.mark.parametrize("text", [*NAMES, *TEXTS])
def test_good_text_is_left_alone(text: str) -> None:
    assert kind(text) is None


@pytest.mark.parametrize("page", UTF_8_READ_AS)
@pytest.mark.parametrize(
    "name", ["Strömberg", "Håkansson", "Grøndal", "Sæther", "Åsa", "Öberg", "René", "Müller", "Weiß", "Núñez", "Lefèvre"]
)
def test_utf_8_that_was_read_as_something_else_is_seen(name: str, page: str) -> None:
    garbled = name.encode().decode(page, errors="replace")
    assert kind(garbled) in ("garbled", "lost")
    assert kind(garbled.encode().decode("latin-1")) == "garbled"  # and once more


@pytest.mark.parametrize(
    "name",
    ["Wiśniewski", "Łukasz", "Dvořák", "Bērziņš", "Şahin", "Yıldız", "O’Hara", "Иванов", "Παπαδόπουλος", "Nguyễn", "李明", "Martínez"],
)
def test_letters_of_other_languages_are_seen_as_garbled_too(name: str) -> None:
    assert kind(name.encode().decode("latin-1")) == "garbled"
    assert kind(name.encode().decode("cp1252", errors="replace")) in ("garbled", "lost")


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("Strömberg", "cp850", "cp1252"),
        ("Håkansson", "cp850", "cp1252"),
        ("Öberg", "cp850", "cp1252"),
        ("Strömberg", "cp1252", "cp850"),
        ("Nygård", "cp1252", "cp850"),
        ("Bjørnstad", "cp1252", "cp850"),
        ("Kjær", "cp1252", "cp850"),
        ("Strömberg", "cp1252", "mac-roman"),
        ("Nygård", "cp1252", "mac-roman"),
        ("Öberg", "cp1252", "mac-roman"),
        ("Bjørnstad", "cp1252", "mac-roman"),
        ("Nygård", "mac-roman", "cp1252"),
        ("Kjær", "mac-roman", "cp1252"),
        ("Szűcs", "cp852", "cp850"),
        ("Sæther", "cp850", "cp1252"),
        ("Möller", "cp850", "cp1252"),
        ("Öberg", "mac-roman", "cp1252"),
        ("Håkansson", "mac-roman", "cp1252"),
        ("Woźniak", "cp1250", "cp1252"),
        ("Ľupták", "cp1250", "cp1252"),
        ("ľupa", "cp1250", "cp1252"),
        ("Kováč", "cp1250", "cp1252"),
        ("Dvořák", "cp1250", "cp1252"),
        ("Håkansson", "cp1252", "cp865"),
    ],
)
def test_a_page_of_one_byte_that_was_read_as_another_is_seen(name: str, written: str, read: str) -> None:
    assert kind(name.encode(written).decode(read)) == "garbled"


@pytest.mark.parametrize("name", ["Str\u0446mberg", "H\u0435kansson", "\u041cöller", "\u039dygard", "KjÊr", "HÂkansson", "HÕkansson"])
def test_a_word_of_two_alphabets_or_a_large_letter_inside_a_small_word_is_seen(name: str) -> None:
    assert kind(name) == "garbled"


@pytest.mark.parametrize("name", ["Str|mberg", "H}kansson", "S{ther", "]gren", "[berg", "{berg"])
def test_letters_of_iso_646_that_were_read_as_ascii_are_seen(name: str) -> None:
    assert kind(name) == "garbled"


@pytest.mark.parametrize(
    "text",
    [
        "Str\ufffdmberg",
        "H?kansson",
        "?berg",
        "Ny¿ard",
        "S??ther",
        "Malm?",
        "Lena ?berg",
        "Str\x1amberg",
        "O\x92Hara",
        "Bj\uf8ffrk",
        "?",
        "Bj□rk",
    ],
)
def test_letters_that_are_gone_are_missed(text: str) -> None:
    assert kind(text) == "lost"


@pytest.mark.parametrize(
    "text",
    [
        *("Str&ouml;mberg", "O&#39;Brien", "R&amp;D", r"Str\u00f6mberg", "Str%C3%B6mberg", "Str=C3=B6mberg", "Str+APY-mberg"),
        *("#N/A", "#REF!", "#####", "#NAME?", '=HYPERLINK("mailto:ann@x.se","Ann")', "=LETARAD(A2;B:C;2)", "=B2"),
        *("<b>Ann</b>", "Sales<br/>", "Sales_x000D_", r"Sales\r\n", r"Sales\n", r"O\'Brien"),
        *("${surname}", "{{ name }}", "{Surname}", "%LASTNAME%", "<<Name>>", "System.String[]", "[object Object]"),
    ],
)
def test_a_programs_code_or_error_is_no_text(text: str) -> None:
    assert kind(text) == "code"
