import codecs

import pytest

from roster.reading import decoding
from roster.reading.decoding import AUTO, CANDIDATES, decode, proposed
from roster.unfit import Unfit

NAMES = ["Åsa Öberg", "Søren Kjær", "Øyvind Ødegård", "Väinö Mäkelä", "Jürgen Weißhaupt", "François Lefèvre", "José Núñez"]
TEXT = "Nr;Namn;Stad\r\n" + "".join(f"{number};{name};Göteborg\r\n" for number, name in enumerate(NAMES))
PLAIN = TEXT.replace("\r\n", "\n").encode()


def unfit(data: bytes, encoding: str) -> Unfit:
    with pytest.raises(Unfit) as caught:
        decode(data, encoding)
    return caught.value


@pytest.mark.parametrize("encoding", CANDIDATES)
def test_each_usual_encoding_is_recognised_and_confirmed(encoding: str) -> None:
    # Without a euro sign or a š, ISO 8859-15 and Windows-1252 are the same bytes.
    assert decode(TEXT.encode(encoding), AUTO) == (PLAIN, "cp1252" if encoding == "iso8859-15" else encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_few_letters_are_enough_where_the_form_of_the_bytes_tells(encoding: str) -> None:
    assert decode("id;n\n1;Å\n".encode(encoding), AUTO)[0] == "id;n\n1;Å\n".encode()


def test_of_two_encodings_that_read_a_file_alike_the_better_known_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding.chardet, "detect", lambda *_, **__: {"encoding": "ISO-8859-15"})  # as for some large files
    assert proposed("id;name\n1;Åsa\n".encode("iso8859-15")) == "cp1252"
    assert proposed("id;name\n1;Åsa 5 €\n".encode("iso8859-15")) == "iso8859-15"


def test_the_euro_sign_tells_iso_8859_15_from_its_neighbours() -> None:
    text = TEXT + "9;Šárka Žižková;Tampere 5 €\n"
    assert decode(text.encode("iso8859-15"), AUTO)[1] == "iso8859-15"
    assert decode((TEXT + "9;O’Hara–Ek;5 €\n").encode("cp1252"), AUTO)[1] == "cp1252"


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    for data in (codecs.BOM_UTF8 + PLAIN, TEXT.encode("utf-16"), codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")):
        assert decode(data, AUTO)[0] == PLAIN
    assert decode(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16") == (PLAIN, "utf-16")


def test_marks_where_files_were_put_one_behind_the_other_are_no_part_of_the_text() -> None:
    one = codecs.BOM_UTF8 + "id,name\n1,Åsa\n".encode()
    assert decode(one + one, "utf-8")[0].decode() == "id,name\n1,Åsa\n" * 2
    assert decode(one + one.replace(b"\n", b"\r\n") + one, "auto")[0].decode() == "id,name\n1,Åsa\n" * 3


def test_utf_16_without_a_mark_is_read_in_its_own_byte_order() -> None:
    assert decode(TEXT.encode("utf-16-be"), "utf-16")[0] == PLAIN
    assert decode(TEXT.encode("utf-16-le"), "utf-16")[0] == PLAIN
    error = unfit(TEXT.encode("utf-16-le"), "utf-16-be")
    assert error.code == "encoding"
    assert "utf-16-le" in error.advice


@pytest.mark.parametrize("noise", [bytes(range(128, 256)), "Jürgen;Käthe\n".encode("mac-roman"), "Иван;Ольга\n".encode("cp1251")])
def test_what_the_detector_proposes_is_not_taken_if_it_makes_no_sense_or_another_one_does_too(noise: bytes) -> None:
    error = unfit(b"id;name\n1;" + noise, AUTO)
    assert error.code == "encoding"
    assert "cannot be told" in error.message


@pytest.mark.parametrize(
    ("written", "set_one"),
    [("cp850", "cp1252"), ("mac-roman", "cp1252"), ("cp1252", "utf-8"), ("utf-16", "utf-8"), ("utf-8", "cp1252"), ("utf-16", "cp1252")],
)
def test_a_set_encoding_wins_over_the_detector_until_what_comes_out_makes_no_sense(written: str, set_one: str) -> None:
    text = "Nr;Namn\n" + "7;Väinö Hämäläinen, Åbo\n8;Søren Ægidius\n" * 3
    error = unfit(text.encode(written), set_one)
    assert error.code == "encoding"
    assert written in error.advice
    assert "Hämäläinen" not in str(error)


@pytest.mark.parametrize(("written", "names"), [("cp1251", "Иванов;Щербакова"), ("cp1253", "Νικολάου;Γεωργίου"), ("cp1255", "כהןל;לויכה")])
def test_a_set_encoding_is_not_believed_where_names_of_another_alphabet_come_out(written: str, names: str) -> None:
    error = unfit(f"id;name;first\n1;{names}\n2;Ek;Bo\n".encode(written), "cp1252")
    assert (error.code, "make no sense" in error.message) == ("encoding", True)
    assert "set `encoding`" in error.advice  # what has such letters can be exported as nothing western
    assert "export it as" not in error.advice


@pytest.mark.parametrize("sign", ["½", "×", "®", "¿"])
def test_a_set_encoding_is_believed_where_only_signs_come_out(sign: str) -> None:
    text = f"id;note\n1;{sign} x\n2;x\n"
    assert decode(text.encode("cp1252"), "cp1252")[0] == text.encode()


def test_a_set_encoding_is_believed_where_the_detector_would_say_otherwise() -> None:
    text = "id;name\n1;O’Hara\n2;Anna–Lena\n3;Côté\n"
    assert proposed(text.encode("mac-roman")) != "mac-roman"
    assert decode(text.encode("mac-roman"), "mac-roman")[0] == text.encode()
    assert decode("id;name\n1;Жанна\n".encode("cp1251"), "cp1251")[0] == "id;name\n1;Жанна\n".encode()


def test_control_characters_show_a_neighbouring_code_page() -> None:
    error = unfit("id;note\n1;O’Hara 5 €\n".encode("cp1252"), "iso8859-15")
    assert "control characters" in error.message
    assert "cp1252" in error.advice


def test_the_line_of_the_first_bad_byte_is_told_whatever_ends_lines() -> None:
    for end in ("\n", "\r\n", "\r"):
        assert "line 3" in unfit(f"id{end}1{end}Å".encode("cp1252"), "utf-8").message


def test_in_a_long_file_the_first_telling_letter_may_come_late() -> None:
    text = "id;name\n" + "1;Ann\n" * 60_000 + "2;Jürgen Größler\n3;Øyvind Ødegård\n"
    assert decode(text.encode("cp1252"), AUTO) == (text.encode(), "cp1252")
