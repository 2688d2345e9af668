import pytest

from web.names import Names, is_loopback


def test_a_server_is_known_by_this_machines_names_for_itself_with_its_port():
    names = Names.of(3000)
    assert names.hosts == {"127.0.0.1:3000", "localhost:3000", "[::1]:3000"}
    assert names.origins == {"http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"}
    assert "localhost" in Names.of(80).hosts  # browsers leave the scheme's own port out


@pytest.mark.parametrize(
    ("given", "host", "origins"),
    [
        ("rollcall.acme.example", "rollcall.acme.example", {"http://rollcall.acme.example", "https://rollcall.acme.example"}),
        ("https://Rollcall.ACME.example", "rollcall.acme.example", {"https://rollcall.acme.example"}),
        ("https://rollcall.acme.example:443", "rollcall.acme.example", {"https://rollcall.acme.example"}),
        ("http://rollcall:8080", "rollcall:8080", {"http://rollcall:8080"}),
        ("[fd00::7]:3000", "[fd00::7]:3000", {"http://[fd00::7]:3000", "https://[fd00::7]:3000"}),
    ],
)
def test_a_name_that_is_allowed_counts_as_browsers_write_it(given, host, origins):
    names, own = Names.of(3000, [given]), Names.of(3000)
    assert host in names.hosts
    assert names.origins - own.origins == origins


@pytest.mark.parametrize(
    "given",
    ["", "*", "*.acme.example", "null", "a/b", "kim@acme.example", "acme.example.", "a..b", "a:0", "a:99999", "[::1", "[1.2]", "ftp://a"],
)
def test_what_is_no_name_is_refused_before_anything_is_served(given):
    if given == "null":  # a machine may be called so; the origin `null` has no scheme and is still not ours
        assert "null" not in Names.of(3000, [given]).origins
        return
    with pytest.raises(ValueError, match="is no name of a server"):
        Names.of(3000, [given])


def test_only_what_this_machine_alone_reaches_is_loopback():
    assert [is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost")] == [True] * 5
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.7", "rollcall")] == [False] * 4
