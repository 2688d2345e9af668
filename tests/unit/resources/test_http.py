"""What of the HTTP module needs no socket: which addresses are trusted, what a status means, how Retry-After is read."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from resources.failures import Permanent
from resources.http import Http, Reply, Retry, by_status, checked_url
from resources.pace import retry_after


@pytest.mark.parametrize(
    "url", ["https://api.example/x/", "http://127.0.0.1:9/x", "http://localhost:9", "http://[::1]:9/x", "http://127.3.2.1/"]
)
def test_https_and_loopback_are_trusted_with_secrets(url):
    assert checked_url(url, "url") == url


@pytest.mark.parametrize(
    "url", ["http://api.example/", "http://127.0.0.1.example/", "ftp://api.example/", "api.example", "", "https://", "http://10.0.0.1/"]
)
def test_secrets_go_nowhere_in_plain(url):
    with pytest.raises(Permanent, match="Expensify url must begin with https://"):
        checked_url(url, "Expensify url")


@pytest.mark.parametrize("url", ["https://me:hunter2@api.example/", "https://api.example/?secret=hunter2", "https://api.example/#hunter2"])
def test_an_address_that_holds_more_than_an_address_is_refused_without_being_repeated(url):
    with pytest.raises(Permanent) as error:
        checked_url(url, "url")
    assert "hunter2" not in str(error.value)


def test_an_address_that_cannot_be_read_is_refused():
    with pytest.raises(Permanent, match="no valid address"):
        checked_url("https://api.example:port/", "url")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(200, "answer"), (400, "answer"), (401, "answer"), (408, "busy"), (429, "busy"), (500, "broken"), (502, "broken"), (503, "broken")],
)
def test_the_status_tells_an_answer_from_not_now_and_from_a_breakdown(status, verdict):
    assert by_status(Reply(status, {}, b"")) == verdict


def test_retry_after_is_seconds_or_a_date():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    past = format_datetime(datetime.now(UTC) - timedelta(seconds=30), usegmt=True)
    assert retry_after("7") == 7.0
    assert 25 < (retry_after(soon) or 0) <= 30
    assert retry_after(past) == 0.0
    assert retry_after("soon") is retry_after(None) is retry_after("") is None


def test_a_reply_shows_nothing_of_what_it_says():
    assert "ann@" not in repr(Reply(200, {"x": "ann@acme.example"}, b"ann@acme.example"))


def test_a_body_that_is_no_json_reads_as_none():
    assert Reply(200, {}, b"<html>").json is Reply(200, {}, b"").json is Reply(200, {}, b"\xff\xfe\x00").json is None


@pytest.mark.parametrize("body", [b'{"total": NaN}', b"[Infinity]", b"[-Infinity]", b"9" * 5000])
def test_what_json_has_no_numbers_for_is_no_json(body):
    assert Reply(200, {}, body).json is None


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'["A\ud83d"]', "A\ufffd"),
        (rb'["\uDE00A"]', "\ufffdA"),
        (rb'["\ud83d\ude00"]', "\U0001f600"),
        (b'["\xed\xa0\xbd\xed\xb8\x80"]', "\U0001f600"),
        (rb'["\\ud83d"]', r"\ud83d"),
        ('["\ud55c"]'.encode(), "\ud55c"),
    ],
)
def test_half_a_character_is_no_text_that_anything_could_store(body, text):
    assert Reply(200, {}, body).json == [text]
    text.encode()


def test_loopback_goes_past_the_proxies_of_the_environment(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Http("Expensify", "http://127.0.0.1:2/", 1, Retry()) as http:
        assert http._client.trust_env is False
    with Http("Expensify", "https://api.example/", 1, Retry()) as http:
        assert http._client.trust_env is True
