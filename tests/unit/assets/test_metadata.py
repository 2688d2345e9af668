"""What Dagster's pages show of texts that others wrote: the UI reads Markdown, and values are none."""

import re

import dagster as dg
import pandas as pd
import pytest

from assets.failures import reported, reported_in_tick
from assets.graph import metadata
from destinations.expensify import words as expensify
from destinations.findity import words as findity
from resources.failures import Permanent
from resources.to_type import TRIAL
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


def test_inside_of_a_trial_an_error_names_commands_as_they_are_typed_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TRIAL, "drafts/acme")
    with pytest.raises(dg.Failure) as failed, reported():
        raise Permanent("It stops.", "Let it pass for one run: rollcall run acme_sync")
    assert failed.value.description == "It stops. Let it pass for one run: rollcall try drafts/acme run acme_sync"


def test_a_table_that_is_cut_says_how_many_rows_are_left_out_and_where_they_are() -> None:
    shown = metadata.table(pd.DataFrame({"employee_id": [f"E{n}" for n in range(metadata.MOST_ROWS + 3)], "why": "x"}))
    assert isinstance(shown, dg.TableMetadataValue)
    assert len(shown.records) == metadata.MOST_ROWS + 1
    assert shown.records[-1].data == {"employee_id": "… and 3 more", "why": "in the run's report"}


def test_a_code_that_is_too_long_for_the_page_is_cut_and_its_sentence_is_whole() -> None:
    code = "ORGANIZATIONAL_UNIT_REFERENCE_NOT_FOUND"
    people = pd.DataFrame({"person": ["1042"], "employee_id": ["1042"], "reason": ["refused"], "detail": [f"{code}: No unit has this id."]})
    assert metadata.reasons(people).records[0].data["why"] == "ORGANIZATIONAL_UNIT_REFEREN… No unit has this id."
    short = people.assign(detail="NO_COST_UNIT_FOR_DEPARTMENT: It has none.")
    assert metadata.reasons(short).records[0].data["why"] == "NO_COST_UNIT_FOR_DEPARTMENT: It has none."


def test_quiet_of_a_destination_no_personal_field_counts_as_impersonal() -> None:
    private = re.compile("name|mail|phone|bank|address|approver|manager|approves|number|id$|custom|tags|status|dimension", re.IGNORECASE)
    for words in (expensify, findity):
        odd = [
            name for name in words.IMPERSONAL if private.search(name) and name not in ("policyID", "domainGroupID", "organizationalUnitId")
        ]
        assert odd == []
