"""Letters that were lost in names, in capitals too: what no name has within a word."""

import pytest

from roster.intake.garbling import kind_in_name
from tests.unit.roster.intake.test_damage import value
from tests.unit.roster.intake.test_intake import dispositions, intake, line

ISO_646 = [
    *("STR\\MBERG", "NYG]RD", "BJ\\RNSTAD", "S[THER", "K[LLSTR\\M", "J[GERST]DT", "]GREN", "[RMEL", "[R\\", "\\berg", "\\BERG", "M^LLER"),
    *("Wei~", "Zo{", "Dupr{", "Gar\\on", "K{~"),
]
ANOTHER_PAGE = [
    *(
        "SJ™STR™M",
        "™BERG",
        "KŽRRSTR™M",
        "FRAN€OIS",
        "SJ…STR…M",
        "S¯RENSEN",
        "SJ÷STR÷M",
        "LEF»VRE",
        "SJĂ–STRĂ–M",
        "SJ”STR”M",
        "Г–BERG",
        "M†LLER",
    ),
    *(
        "©imko",
        "®ukauskas",
        "£uczak",
        "ªahin",
        "ªAHIN",
        "Pãtraºcu",
        "Gro§",
        "Groﬂ",
        "Balá¾",
        "N·±ez",
        "M■ller",
        "µØuolas",
        "©IMKO",
        "¡¾uolas",
    ),
]
CODES = ["M=F6ller", "Möller%20", "%20Möller", "=Sheet2", "Möller<U+200B>", "+C9"]
AMISS = ["Berg(On Leave", "Möller\ufffc", "”BERG", "Berg»", "_BERG"]
GOOD = [
    *("O’Brien", "O´Brien", "d'Arc", "Ana-María", "Łukasz", "Þór", "İlker", "Mª José", "Gal·la", "BODÅ–ÅRE", "Öberg¹", "†Öberg", "Öberg*"),
    *(
        "Berg (On Leave",
        "Berg [50 %",
        "Berg [EXT]",
        "Berg[EXT]",
        "Berg (½tid)",
        "[left] Berg",
        "Ola „Olle“",
        "Ola ”Olle”",
        "Berg «Lind»",
        "阿·李",
    ),
    *("WEIß", "S:t Cyr", "Berg/Lind", "B.", "Ng", "Anna Maria", "山田（営業"),
]


@pytest.mark.parametrize("name", [*ISO_646, *ANOTHER_PAGE, *CODES, *AMISS])
def test_no_surprise_a_name_with_a_sign_within_a_word_rejects_its_row_and_is_never_cut(name: str) -> None:
    result = intake(line("1"), line("2", Last=name), line("3", First=name))
    assert [dispositions(result)[at][1:] for at in (3, 4)] == [("rejected", "damaged")] * 2
    assert list(result.roster["employee_id"]) == ["1"]


@pytest.mark.parametrize("name", GOOD)
def test_names_with_signs_that_names_have_are_names(name: str) -> None:
    assert kind_in_name(name) is None
    assert intake(line("1"), line("2", Last=name)).rejects.empty


@pytest.mark.parametrize(
    "cell",
    [
        *("=Sheet2!C9", "='HR data'!C9", "=[1]Sheet1!C9", "=RC[-1]", "=R[2]C3", "=@C9", "{=C9}", "Err:502", "Loading...", "Laddar …"),
        *("#ÉRTÉK!", "#¡VALOR!", "#DEĞER!", "#ЗНАЧ!", "#GETTING_DATA"),
    ],
)
def test_no_surprise_a_formula_or_another_programs_error_is_no_name_no_code_and_no_number(cell: str) -> None:
    assert dispositions(intake(line("1"), line("2", Last=cell)))[3] == ("2", "rejected", "damaged")
    assert dispositions(intake(line("1"), line(cell, mail="b@x.se")))[3][1] == "rejected"
    assert [value(column, cell) for column in ("department", "cost_center")] == [None, None]


@pytest.mark.parametrize("text", ["= Team A", "Team #1!", "#12", "Loading", "Loading bay ...", "Err", "=RC"])
def test_texts_like_these_are_codes(text: str) -> None:
    assert value("department", text) == text
