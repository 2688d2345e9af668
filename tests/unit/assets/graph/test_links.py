"""The Dagster UI leads to `rollcall serve` where a deployment says that there is one, and nothing of a person is in that address."""

import pytest

from assets.graph import links


@pytest.mark.parametrize(
    "wrong", ["", " ", "people.acme.example", "javascript:alert(1)", "https://", "https://kim:secret@people.acme.example"]
)
def test_nothing_leads_where_no_address_stands(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv(links.URL, wrong)
    assert links.to("acme", "nights", "r") == {}


def test_a_page_is_named_by_company_run_or_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(links.URL, raising=False)
    assert links.to("acme") == {}
    monkeypatch.setenv(links.URL, "https://people.acme.example/")
    found = [links.to("acme"), links.to("acme", "nights", "a/b"), links.to("acme", "waiting", "0123")]
    assert [one["in rollcall serve"].value for one in found] == [
        "https://people.acme.example/acme/",
        "https://people.acme.example/acme/nights/a%2Fb",
        "https://people.acme.example/acme/waiting/0123",
    ]
