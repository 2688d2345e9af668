"""What the guard lets pass, by the head of a request alone. What a real server makes of one is in `tests/ui/test_guard.py`."""

import pytest

from resources.failures import PRIVATE
from web.guard import Guard, Refused, check
from web.names import Names

NAMES = Names.of(3000, ["https://rollcall.acme.example"])
OURS, JSON = ("host", "127.0.0.1:3000"), ("content-type", "application/json")
PAGE = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]


def scope(*headers, method="GET", path="/", kind="http"):
    named = [(name.encode(), value.encode()) for name, value in headers]
    return (
        {"type": kind, "method": method, "path": path, "headers": named}
        if kind == "http"
        else {"type": kind, "path": path, "headers": named}
    )


def refused(*headers, **how):
    try:
        check(scope(*headers, **how), NAMES)
    except Refused as found:
        assert found.sentence.endswith(".")
        return found.status
    return None


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "127.0.0.1:3000")],
        [("host", "LOCALHOST:3000")],
        [("host", "[::1]:3000")],
        [("host", "rollcall.acme.example"), ("origin", "https://rollcall.acme.example")],
        [OURS, ("sec-fetch-site", "same-origin")],
        [OURS, ("sec-fetch-site", "none")],
        [OURS, *PAGE],
    ],
)
def test_a_page_of_ours_is_shown(headers):
    assert refused(*headers) is None


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1", "127.0.0.1:3001", "127.0.0.1:03000", "127.1:3000", "2130706433:3000", "0.0.0.0:3000", "[::]:3000"),
        *("localhost.:3000", "localhost:3000.", "127.0.0.1:3000.", "evil.example@127.0.0.1:3000", "127.0.0.1:3000@evil.example"),
        *("127.0.0.1:3000, evil.example", "127.0.0.1:3000 evil.example", "evil.localhost:3000", "[::ffff:127.0.0.1]:3000", "::1:3000", ""),
        *("rollcall.acme.example:3000", "rollcall.acme.example.", "x.rollcall.acme.example", "http://127.0.0.1:3000"),
    ],
)
def test_a_name_that_is_not_ours_is_refused_however_it_is_written(host):
    assert refused(("host", host)) == 421


def test_a_request_without_a_host_or_with_two_is_refused():
    assert refused() == 421
    assert refused(OURS, OURS) == 400
    assert refused(OURS, ("host", "evil.example")) == 400


@pytest.mark.parametrize(
    "origin",
    [
        *("null", "", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:3001", "https://127.0.0.1:3000", "127.0.0.1:3000"),
        *("http://localhost.:3000", "http://evil@127.0.0.1:3000", "http://127.0.0.1:3000.evil.example", "http://127.0.0.1:3000/"),
        *("http://127.0.0.1:3000 http://evil.example", "http://rollcall.acme.example", "file://", "chrome-extension://abc"),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_page_that_is_not_ours_is_refused(origin, kind):
    assert refused(OURS, JSON, ("origin", origin), method="POST", path="/graphql", kind=kind) == 403


def test_two_origins_are_none():
    assert refused(OURS, JSON, ("origin", "http://127.0.0.1:3000"), ("origin", "http://evil.example"), method="POST") == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site", "SAME-ORIGIN", "other", ""])
@pytest.mark.parametrize("how", [{}, {"method": "POST"}, {"kind": "websocket", "path": "/graphql"}])
def test_what_a_page_elsewhere_asks_for_without_an_origin_is_refused(site, how):
    assert refused(OURS, JSON, ("sec-fetch-site", site), **how) == 403


@pytest.mark.parametrize("dest", ["iframe", "frame", "embed", "object", "image", "script", ""])
def test_a_link_elsewhere_opens_a_page_of_ours_but_in_no_frame(dest):
    assert refused(OURS, *PAGE, path="/runs") is None
    assert refused(OURS, *PAGE[:2], ("sec-fetch-dest", dest), path="/runs") == 403
    assert refused(OURS, JSON, *PAGE, method="POST", path="/runs") == 403


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/GraphQL", "/dagster/graphql"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_graphql_is_no_reading(path, method):
    assert refused(OURS, ("accept", "text/html"), method=method, path=path) == 405


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "PROPFIND", "QUERY"])
def test_nothing_else_than_reading_and_posting_is_answered(method):
    assert refused(OURS, JSON, method=method, path="/graphql") == 405


@pytest.mark.parametrize(
    "given",
    [
        *(
            "text/plain",
            "text/plain; x=application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=application/json",
        ),
        *("application/json; charset=utf-8", "application/json;", "Application/JSON", "application/json, text/plain", "application/jsonx"),
        *("application/graphql", "application/json text/plain", ""),
    ],
)
@pytest.mark.parametrize("path", ["/graphql", "/report_asset_materialization/acme/hr/export"])
def test_a_post_has_exactly_one_content_type(given, path):
    assert refused(OURS, ("content-type", given), method="POST", path=path) == 415
    assert refused(OURS, JSON, method="POST", path=path) is None
    assert refused(OURS, method="POST", path=path) == 415
    assert refused(OURS, JSON, ("content-type", given), method="POST", path=path) == 400


@pytest.mark.parametrize("path", ["http://evil.example/graphql", "http://127.0.0.1:3000/", "*", "evil.example:443", ""])
def test_a_request_for_a_proxy_is_refused(path):
    assert refused(OURS, path=path) == 400


@pytest.mark.parametrize("path", ["/logs/../../ledger/db", "/..", "/a/..", "/notebook/../graphql"])
def test_no_path_leads_upwards(path):
    assert refused(OURS, path=path) == 400
    assert refused(OURS, path="/assets/a..b") is None


def test_quiet_an_error_of_the_webserver_is_told_in_the_owners_log_alone(caplog):
    async def inner(scope, receive, send):
        raise KeyError("kim@acme.example")

    with pytest.raises(StopIteration):
        Guard(inner, NAMES)(scope(OURS), None, None).send(None)
    assert {record.name for record in caplog.records} <= {PRIVATE}


def test_what_the_server_itself_asks_for_is_handed_on():
    heard = []

    async def inner(scope, receive, send):
        heard.append(scope["type"])

    with pytest.raises(StopIteration):
        Guard(inner, NAMES)({"type": "lifespan"}, None, None).send(None)
    assert heard == ["lifespan"]
