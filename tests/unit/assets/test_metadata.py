"""What Dagster's pages show of texts that others wrote: the UI reads Markdown, and values are none."""

import dagster as dg
import pandas as pd
import pytest

from assets.failures import reported, reported_in_tick
from assets.graph import metadata
from resources.failures import Permanent
from roster.shown import from_markdown

VALUE = "![x](http://elsewhere.example) | <b>y</b>\n**z**\x1b[31m"


def test_quiet_a_cell_of_a_markdown_table_is_no_markdown() -> None:
    shown = metadata.markdown(pd.DataFrame({"why": [VALUE]}))
    assert isinstance(shown, dg.MarkdownMetadataValue)
    heading, _, row = (shown.md_str or "").splitlines()
    assert heading == "| why |"
    assert not any(active in row for active in (" ![", "![x](", "//x", " <b", "**", "\x1b"))
    assert from_markdown(row) == "| ![x](http://elsewhere.example) | <b>y</b> **z**\\x1b[31m |"


def test_quiet_a_cell_of_a_table_is_on_one_line_and_without_control_characters() -> None:
    shown = metadata.table(pd.DataFrame({"why": [VALUE], "many": [3]}))
    assert isinstance(shown, dg.TableMetadataValue)
    assert shown.records[0].data == {"why": "![x](http://elsewhere.example) | <b>y</b> **z**\\x1b[31m", "many": 3}


def test_quiet_an_error_is_on_one_line_and_without_control_characters() -> None:
    with pytest.raises(dg.Failure) as failed, reported():
        raise Permanent(f"It says {VALUE}.")
    assert failed.value.description == "It says ![x](http://elsewhere.example) | <b>y</b> **z**\\x1b[31m."
    with pytest.raises(dg.DagsterError, match=r"\\x1b"), reported_in_tick():
        raise Permanent(f"It says {VALUE}.")
