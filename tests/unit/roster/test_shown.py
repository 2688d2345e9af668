"""A text that somebody else wrote is read where it is shown, and does nothing there."""

import csv
import html
import io
import json
import unicodedata

import pandas as pd
import pytest
from markdown_it import MarkdownIt

from roster.reports.skipped import to_csv
from roster.shown import from_markdown, harmless, in_json, in_markdown, in_spreadsheet, one_line

OBEYED = ["\x1b[31m", "\x1b]8;;http://elsewhere.example\x07here\x1b]8;;\x07", "\x9b2J", "\x08\x08", "\r", "\x7f", "\x00"]
UNSEEN = ["\u202egnp", "\u2066", "\u200b", "\ufeff", "\u00ad", "\u2028", "\U000e0041", "\udcff", "\u061c"]


@pytest.mark.parametrize("text", [*OBEYED, *UNSEEN], ids=ascii)
def test_quiet_what_a_terminal_obeys_or_nobody_sees_is_written_out(text: str) -> None:
    shown = harmless(f"a{text}b")
    assert shown.startswith("a\\")
    assert not any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in shown)
    assert json.loads(in_json(json.dumps({"file": f"a{text}b"}, ensure_ascii=False))) == {"file": f"a{text}b"}
    assert in_json(json.dumps(f"a{text}b", ensure_ascii=False)).isprintable()


def test_quiet_what_people_write_is_shown_as_it_is() -> None:
    text = "Zoë Ångström-O'Neil, 山田 太郎, שלום, 5 % [IT] – “x”\n\tnext"
    assert harmless(text) == text
    assert one_line("a\n  b\tc") == "a b c"


@pytest.mark.parametrize(
    "text",
    [
        *("![x](http://elsewhere.example/x.png)", "[x](http://elsewhere.example)", "<img src=//elsewhere.example>", "&lt;b&gt;", "a | b"),
        *("**bold**", "_it_", "`code`", "# Title", "> quoted", "- item", "http://elsewhere.example", "www.elsewhere.example", "~~gone~~"),
        *("zq@acme.example", "\\[x](y)", "=== ", "+ item", "<!-- x -->"),
    ],
)
def test_quiet_markdown_in_a_value_is_shown_and_not_rendered(text: str) -> None:
    shown = MarkdownIt("commonmark").enable("table").enable("strikethrough").render(in_markdown(text)).strip()
    assert html.unescape(shown.removeprefix("<p>").removesuffix("</p>")) == text.strip()
    assert from_markdown(in_markdown(text)) == one_line(text)


def test_quiet_what_markdown_links_by_itself_is_no_link() -> None:
    assert in_markdown("see http://a.example, www.b.example or c@d.example") == "see http\\://a.example, www\\.b.example or c\\@d.example"
    assert in_markdown("acme_people_2026-11-20.csv, 191 rows (expected: 251 or more).") == (
        "acme_people_2026-11-20.csv, 191 rows (expected: 251 or more)."
    )


FORMULAS = ["=1+1", "+46", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", '"=1']
FORMULAS += ["\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "\u00a0=1", "\ufeff=1"]


@pytest.mark.parametrize("formula", FORMULAS, ids=ascii)
@pytest.mark.parametrize("before", ["", "x;", "x,", "x\t", "x\n", 'x;"', "x; ", "x|"], ids=ascii)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=ascii)
def test_quiet_no_cell_of_a_list_is_a_formula_whichever_separator_it_is_opened_with(formula: str, before: str, delimiter: str) -> None:
    written = to_csv(pd.DataFrame({"who": ["E1"], "reason": [before + formula], "times": [1]})).decode("utf-8-sig")
    for row in list(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter)):
        for cell in row:
            seen = cell.lstrip(" \u00a0\t\r\n\ufeff\"'\u200b") if not cell.startswith("'") else ""
            assert not seen.startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")), cell
            assert not cell.startswith(("\t", "\r", "\n"))


def test_quiet_a_list_keeps_what_is_no_formula() -> None:
    for text in ("A-B", "a=b; c+d", "zq@acme.example", "x, y", "E-1", "5 - 3", "O'Neil"):
        assert in_spreadsheet(text) == text
