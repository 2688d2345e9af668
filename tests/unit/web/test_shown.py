"""How a page becomes HTML."""

import pytest

from resources.to_type import TRIAL
from web.serve import shown


def test_inside_of_a_trial_a_page_names_commands_as_they_are_typed_there(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "The company's settings cannot be loaded: rollcall check says why."
    assert b": rollcall check says why." in shown.stop(said, 503).body
    monkeypatch.setenv(TRIAL, "drafts/a&b")
    assert b": rollcall try drafts/a&amp;b check says why." in shown.stop(said, 503).body
