"""The sandbox fetches feeds for real: over HTTP with basic authentication and over SFTP with a password."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.roads import PASSWORD, USER, Roads


@pytest.fixture
def roads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Roads]:
    monkeypatch.setenv("FEED_PASSWORD", PASSWORD)
    with Roads(tmp_path / "world") as running:
        yield running


@pytest.fixture
def fetch(roads: Roads, expensify: Any) -> Any:
    """Has a feed fetched, as the vendor's examples do; with changes to what the job says of it."""

    def fetched(source: str, content: str, **changes: Any) -> Any:
        (roads.folder / "feed.json").write_text(content)
        url = {"feedUrl": f"{roads.web.url}/feed.json", "feedUser": USER, "feedPassword": PASSWORD}
        server = {"host": roads.sftp.host, "login": USER, "password": PASSWORD, "port": roads.sftp.port, "filename": "/feeds/feed.json"}
        said = {**url, **changes} if source == "download" else {"sftp": {**server, **changes}}
        return expensify.update(dataSource=source, credentials={**expensify.credentials, **said})

    return fetched


@pytest.mark.parametrize("source", ["download", "sftp"])
def test_a_feed_is_fetched_and_applied_and_what_is_in_the_request_is_passed_over(expensify, fetch, person, source):  # [D E1], [I]
    answer = fetch(source, json.dumps([person("E1")]))
    assert (answer["responseCode"], answer["updatedEmployeesCount"]) == (200, 1)
    assert "e1@acme.example" in expensify.members()


@pytest.mark.parametrize(
    ("source", "changes", "why"),
    [
        ("download", {"feedPassword": "wrong"}, "HTTP 401"),
        ("download", {"feedUser": None}, "HTTP 401"),
        ("download", {"feedUrl": None}, "feedUrl is missing or malformed"),
        ("download", {"feedUrl": "file:///etc/passwd"}, "feedUrl is missing or malformed"),
        ("download", {"feedUrl": "http://127.0.0.1:1/feed.json"}, "the server could not be reached"),
        ("sftp", {"password": "wrong"}, "the login was refused"),
        ("sftp", {"filename": "/feeds/other.json"}, "no such file"),
        ("sftp", {"filename": None}, "sftp is missing or malformed"),
        ("sftp", {"port": 1}, "the server could not be reached"),
    ],
)
def test_what_cannot_be_fetched_changes_nothing_and_says_why(box, fetch, person, source, changes, why):  # [?] code and words
    answer = fetch(source, json.dumps([person("E1")]), **changes)
    assert answer == {"responseCode": 410, "responseMessage": f"Could not fetch the employee feed by {source}: {why}"}
    assert box.writes == 0
    box.switch(expensify_unfetched_code=500, expensify_unfetched_words=False)
    assert fetch(source, json.dumps([person("E1")]), **changes) == {"responseCode": 500, "responseMessage": "An unexpected error occurred"}


def test_a_feed_that_is_none_is_missing_data_and_a_stranger_has_nothing_fetched(roads, expensify, fetch, person):
    assert fetch("download", "no feed")["responseMessage"] == "Employee data is missing or malformed"
    seen = len(roads.web.seen)
    expensify.credentials["partnerUserSecret"] = "wrong"
    assert fetch("download", json.dumps([person("E1")]))["responseCode"] == 401
    assert len(roads.web.seen) == seen
