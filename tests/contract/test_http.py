"""Retries over real sockets: what is repeated, how often, after how long, and what the failure then says."""

import contextlib
import gzip
import json
import logging
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from resources.failures import Permanent, Transient, Unanswered
from resources.http import Bounds, Http, Retry, _trusted
from tests.ports import free as closed_port


@pytest.fixture
def http(script, retry):
    with Http("Findity", script.url, 5, retry) as opened:
        yield opened


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_repeated(http, script, wire, status):
    script.play(wire.reply("", status), wire.reply("done"))
    assert http.send("PUT", f"{script.url}/x/", content=b"[]").content == b"done"
    assert http.attempts == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_an_answer_is_never_repeated(http, script, wire, status):
    script.play(wire.reply("", status))
    assert http.send("GET", f"{script.url}/x/").status == status
    assert len(script.requests) == 1


def test_waits_double_with_jitter(http, script, wire, waited):
    script.play(*[wire.reply("", 503)] * 2, wire.reply())
    http.send("GET", f"{script.url}/x/")
    assert 1 <= waited[0] <= 2 <= waited[1] <= 3


def test_retry_after_goes_before_our_own_patience(http, script, wire, waited):
    script.play(wire.reply("", 429, Retry_After="17"), wire.reply("", 503, Retry_After="3"), wire.reply())
    http.send("GET", f"{script.url}/x/")
    assert waited == [17.0, 3.0]


def test_a_long_retry_after_is_cut(script, wire, waited):
    script.play(wire.reply("", 429, Retry_After="86400"), wire.reply())
    with Http("Findity", script.url, 5, Retry(longest_wait=60.0, sleep=waited.append)) as http:
        http.send("GET", f"{script.url}/x/")
    assert waited == [60.0]


def test_repeating_is_bounded_and_busy_means_nothing_was_done(http, script, wire):
    script.play(*[wire.reply("", 429)] * 9)
    with pytest.raises(Transient) as failure:
        http.send("PUT", f"{script.url}/x/", content=b"[]")
    assert len(script.requests) == 3
    assert not isinstance(failure.value, Unanswered)


def test_a_breakdown_after_sending_is_unanswered(http, script, wire):
    script.play(*[wire.reply("", 502)] * 3)
    with pytest.raises(Unanswered, match=r"HTTP 502.*may have been applied"):
        http.send("PUT", f"{script.url}/x/", content=b"[]")


def test_nobody_listening_means_never_sent(http):
    with pytest.raises(Transient, match=r"could not be reached\. Nothing was sent") as failure:
        http.send("PUT", f"http://127.0.0.1:{closed_port()}/x/", content=b"[]")
    assert not isinstance(failure.value, Unanswered)
    assert http.attempts == 3


def test_a_lost_reply_is_repeated_where_repeating_is_safe(http, script, wire):
    script.play(wire.DROP, wire.reply("done"))
    assert http.send("PUT", f"{script.url}/x/", content=b"[]").content == b"done"


def test_a_lost_reply_is_not_repeated_where_it_is_not_safe(http, script, wire):
    script.play(wire.DROP, wire.reply("done"))
    with pytest.raises(Unanswered):
        http.send("POST", f"{script.url}/x/", repeat_lost=False, content=b"")
    assert len(script.requests) == 1


def test_one_lost_reply_makes_the_whole_request_unanswered_whatever_came_last(http, script, wire):
    script.play(wire.DROP, wire.reply("", 429), wire.reply("", 429))
    with pytest.raises(Unanswered):
        http.send("PUT", f"{script.url}/x/", content=b"[]")


def test_silence_is_unanswered(script, wire):
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, Http("Findity", script.url, 0.1, Retry(attempts=1)) as http, pytest.raises(Unanswered, match="ReadTimeout"):
        http.send("PUT", f"http://127.0.0.1:{listener.getsockname()[1]}/x/", content=b"[]")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_its_query_not_repeated(http, script, wire, status):
    script.play(wire.reply("", status, Location="/x/?token=hunter2"))
    with pytest.raises(Permanent, match=rf"redirects \({status}\) to {script.url}/x/: ") as failure:
        http.send("PUT", f"{script.url}/x", content=b"[]")
    assert "hunter2" not in str(failure.value)
    assert len(script.requests) == 1


def test_quiet_a_redirects_path_is_shown_only_if_it_is_the_one_asked_for(http, script, wire):
    script.play(wire.reply("", 302, Location="/login/eva.lind/hunter2/"))
    with pytest.raises(Permanent, match=rf"to {script.url}/…: ") as failure:
        http.send("PUT", f"{script.url}/x", content=b"[]")
    assert "hunter2" not in str(failure.value)


def test_each_attempt_waits_for_its_turn(http, script, wire):
    turns = []
    script.play(wire.reply("", 503), wire.reply())
    http.send("GET", f"{script.url}/x/", before=lambda: turns.append(1))
    assert len(turns) == 2


@pytest.mark.parametrize("how", ["drop", "502", "refused"])
def test_no_failure_repeats_an_address_query_or_chains_a_text_of_the_library(http, script, wire, how):
    url = f"http://127.0.0.1:{closed_port()}/x/" if how == "refused" else f"{script.url}/x/"
    script.play(*[wire.DROP if how == "drop" else wire.reply("", 502)] * 3)
    with pytest.raises(Transient) as failure:
        http.send("GET", url, params={"searchText": "hunter2"})
    seen: BaseException | None = failure.value
    assert seen.__suppress_context__
    assert "hunter2" not in str(seen)
    assert "127.0.0.1" not in str(seen)


def self_signed(folder):
    """A certificate that nobody trusts, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1)).sign(key, SHA256())
    path = folder / "self-signed.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + signed.public_bytes(Encoding.PEM))
    return path


def test_an_untrusted_certificate_stops_at_once(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    listener = socket.create_server(("127.0.0.1", 0))

    def shake():
        plain, _ = listener.accept()
        with contextlib.suppress(OSError), plain:
            context.wrap_socket(plain, server_side=True)

    thread = threading.Thread(target=shake, daemon=True)
    thread.start()
    url = f"https://localhost:{listener.getsockname()[1]}/"
    with listener, Http("Findity", url, 5, Retry(attempts=3)) as http, pytest.raises(Permanent, match="certificate is not trusted"):
        http.send("GET", url)
    thread.join()
    assert http.attempts == 1


def test_the_trusted_certificates_are_read_once_for_all_connections(monkeypatch, retry):
    read = []
    context = ssl.create_default_context()
    monkeypatch.setattr("resources.http.httpx.create_ssl_context", lambda **how: read.append(how) or context)
    _trusted.cache_clear()
    for _ in range(3):
        with Http("Findity", "https://api.example", 5, retry):
            pass
    _trusted.cache_clear()
    assert len(read) == 1


# How much of an answer is read


def served(*parts, every=0.0, head=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"):
    """An address at which one connection after the other is answered with these parts, one after the other."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve():
        with contextlib.suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with contextlib.suppress(OSError), plain:
                    plain.recv(65536)
                    for part in (head, *parts):
                        for piece in [part[at : at + 1] for at in range(len(part))] if every else [part]:
                            plain.sendall(piece)
                            if over.wait(every):
                                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return listener, over


@contextlib.contextmanager
def answering(*parts, bounds, **how):
    listener, over = served(*parts, **how)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with listener, Http("Findity", url, 5, Retry(attempts=3, sleep=lambda _: None), bounds=bounds) as http:
        yield http, url
        over.set()


PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
TWICE = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\n"
BEYOND = {
    "size": ("is larger than 1 MB", [b"x" * 2**20, b"x" * 2**20], {}),
    "a bomb": ("is larger than 1 MB", [gzip.compress(bytes(2**26))], {"head": PACKED}),
    "a bomb in a bomb": ("is packed in a way that was not asked for", [gzip.compress(gzip.compress(bytes(2**26)))], {"head": TWICE}),
    "depth": ("is nested deeper than 100 levels", [b"[" * 101 + b"]" * 101], {}),
    "depth beyond the parser": ("is nested deeper than 100 levels", [b"[" * 500_000 + b"]" * 500_000], {}),
    "objects": ("is nested deeper than 100 levels", [b'{"a":' * 101 + b"1" + b"}" * 101], {}),
    "a dripping body": ("was not complete after 0 s", [b" " * 10_000], {"every": 0.02}),
    "dripping headers": ("was not complete after 0 s", [], {"every": 0.02, "head": b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 10_000}),
}


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("beyond", BEYOND)
def test_an_answer_without_bounds_is_called_what_it_is_and_not_asked_for_again(beyond, method):
    why, parts, how = BEYOND[beyond]
    bounds = Bounds(size=2**20, seconds=0.3 if "drip" in beyond else 30)
    with answering(*parts, bounds=bounds, **how) as (http, url):
        with pytest.raises(Transient, match=f"Findity's answer {why}") as failure:
            http.send(method, url, writes=method == "PUT")
        assert http.attempts == 1
    # What was read may leave nothing in doubt, what was written does.
    assert isinstance(failure.value, Unanswered) is (method == "PUT")
    assert "may have been applied" in str(failure.value) or "Nothing was changed" in str(failure.value)


def test_answers_within_the_bounds_are_read_whole_packed_or_not(script, wire):
    deepest = b"[" * 100 + b"]" * 100
    for body, how in ((deepest, {}), (gzip.compress(deepest), {"head": PACKED}), (b"[]" + b" " * (2**20 - 2), {})):
        with answering(body, bounds=Bounds(size=2**20), **how) as (http, url):
            assert isinstance(http.send("GET", url).json, list)


@pytest.mark.parametrize("left", [5, 20])
@pytest.mark.parametrize(("method", "kind"), [("GET", Transient), ("PUT", Unanswered)])
def test_a_packed_answer_that_breaks_off_is_a_cut_connection_and_asked_for_again(script, wire, method, kind, left):
    body = gzip.compress(json.dumps(list(range(1000))).encode())
    cut, whole = (wire.reply(part, Content_Encoding="gzip") for part in (body[:-left], body))
    with Http("Findity", script.url, 5, Retry(attempts=3, sleep=lambda _: None)) as http:
        script.play(cut, whole)
        assert http.send(method, script.url, content=b"").json == list(range(1000))
        script.play(cut, cut, cut)
        with pytest.raises(kind, match="did not answer"):
            http.send(method, script.url, writes=method == "PUT", content=b"")


def test_an_answer_of_nothing_that_is_to_be_packed_is_one(script, wire):
    script.play(wire.reply("", 204, Content_Encoding="gzip"))
    with Http("Findity", script.url, 5, Retry(attempts=1)) as http:
        assert http.send("GET", script.url).content == b""


def test_the_default_bounds_hold_a_hundred_thousand_people():
    user = dict.fromkeys(("id", "personId", "externalSourceId", "firstName", "lastName", "email", "personnelNumber"), "x" * 36)
    user |= {"address": {"street": "x" * 60}, "bankAccount": {"iban": "x" * 34}, "approverIds": ["x" * 36], "dimensionPresets": []}
    assert 2 * 100_000 * len(json.dumps(user)) < Bounds().size


# What cannot be sent


@pytest.mark.parametrize("value", ["to\nken", "token\r\n", "tok\x00en", "tökén"])
def test_quiet_a_header_that_cannot_be_sent_is_refused_before_it_is(http, script, value):
    with pytest.raises(Permanent, match=r"no header can carry\. Nothing was sent") as failure:
        http.send("PUT", f"{script.url}/x/", headers={"Authorization": f"Bearer {value}"}, content=b"[]")
    assert "ken" not in str(failure.value)
    assert failure.value.__suppress_context__
    assert script.requests == []


# Waiting


def test_quiet_every_wait_is_told_with_its_destination_length_and_attempt(http, script, wire, caplog):
    logging.getLogger("rollcall.waiting").addHandler(caplog.handler)
    script.play(wire.reply("", 503), wire.reply("", 429, Retry_After="17"), wire.reply())
    http.send("GET", f"{script.url}/eva@acme.example/", params={"searchText": "hunter2"})
    logging.getLogger("rollcall.waiting").removeHandler(caplog.handler)
    told = [record.getMessage() for record in caplog.records if record.name == "rollcall.waiting"]
    assert told[-1] == "Waiting 17 s. Findity takes no more requests at present (429): attempt 2 of 3."
    assert "@" not in str(told)
    assert "hunter2" not in str(told)
