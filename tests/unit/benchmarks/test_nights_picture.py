"""The picture of many nights is SVG that a browser reads, and the table says how it began and ended."""

from xml.etree import ElementTree

from benchmarks.nights_picture import COLOURS, draw, table

NIGHTS = [
    {
        "night": night,
        "seconds": 9.0,
        "cpu": 2.0,
        "loop": 0.5,
        "files": 10 * night,
        "bytes": dict.fromkeys(COLOURS, 1_000_000 * min(night, 10)),
    }
    for night in range(1, 41)
]


def test_the_table_has_the_first_night_the_end_of_retention_and_the_last():
    lines = list(table(NIGHTS, 10))
    assert [line.split()[0] for line in lines] == ["night", "1", "10", "20", "40"]
    assert lines[-1].split()[1:] == ["10.00"] * 4 + ["400", "2.00", "4.0"]


def test_the_picture_has_a_line_for_each_place_and_two_for_the_time():
    picture = ElementTree.fromstring(draw(NIGHTS, 300, 10))
    lines = picture.findall("{http://www.w3.org/2000/svg}polyline")
    assert [line.get("stroke") for line in lines[:-2]] == list(COLOURS.values())
    assert all(len(line.get("points").split()) == len(NIGHTS) for line in lines)
