import pytest

from web.sign_on import SignOn, Unknown


def scope(*headers, client="127.0.0.1"):
    return {"headers": [(name.encode(), value.encode()) for name, value in headers], "client": (client, 40000)}


SIGN_ON = SignOn.by("X-Forwarded-User")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("kim", "kim"),
        (" kim ", "kim"),
        ("Kim.Ek", "Kim.Ek"),
        ("kim@acme.example", "kim"),
        ("ACME\\kim", "ACME\\kim"),
        ("auth0|5f7c", "auth0|5f7c"),
        ("åsa", "åsa"),
    ],
)
def test_quiet_whoever_has_signed_on_is_named_and_an_address_is_cut(given, name):
    assert SIGN_ON.user(scope(("x-forwarded-user", given))) == name


@pytest.mark.parametrize(
    "given", ["@acme.example", "kim@acme@example", "kim ek", "kim,anna", "k" * 65, "kim\x00", "<b>", "+46701740601", "-"]
)
def test_what_is_no_name_is_nobody(given):
    with pytest.raises(Unknown, match="It cannot be told who is signed on") as found:
        SIGN_ON.user(scope(("x-forwarded-user", given)))
    assert given not in str(found.value)


def test_nobody_is_signed_on_without_the_header_and_two_of_them_name_nobody():
    for headers in ([], [("x-forwarded-user", "")], [("x-forwarded-user", "  ")], [("x_forwarded_user", "kim")]):
        with pytest.raises(Unknown, match="Nobody is signed on"):
            SIGN_ON.user(scope(*headers))
    with pytest.raises(Unknown, match="It cannot be told"):
        SIGN_ON.user(scope(("x-forwarded-user", "kim"), ("x-forwarded-user", "anna")))
    broken = {**scope(), "headers": [(b"x-forwarded-user", b"\xff")]}
    with pytest.raises(Unknown, match="It cannot be told"):
        SIGN_ON.user(broken)


def test_the_header_counts_from_the_proxy_alone():
    kim = ("x-forwarded-user", "kim")
    assert SIGN_ON.user(scope(kim, client="::1")) == SIGN_ON.user(scope(kim, client="::ffff:127.0.0.1")) == "kim"
    forwarded = [("x-forwarded-for", "127.0.0.1"), ("forwarded", "for=127.0.0.1"), ("x-real-ip", "127.0.0.1")]
    for client in ("10.0.0.7", "fd00::7", "", "testclient"):
        with pytest.raises(Unknown, match="by way of its sign-on alone"):
            SIGN_ON.user(scope(kim, *forwarded, client=client))
    other = SignOn.by("X-Forwarded-User", ["10.0.0.0/30", "fd00::7"])
    assert other.user(scope(kim, client="10.0.0.2")) == other.user(scope(kim, client="fd00::7")) == "kim"
    with pytest.raises(Unknown, match="by way of its sign-on alone"):
        other.user(scope(kim))


def test_a_secret_tells_the_proxy_from_other_programs_of_its_machine():
    sign_on, kim = SignOn.by("X-Forwarded-User", (), "s3cret"), ("x-forwarded-user", "kim")
    assert "s3cret" not in repr(sign_on)
    assert sign_on.user(scope(kim, ("x-rollcall-proxy", "s3cret"))) == "kim"
    for headers in ([], [("x-rollcall-proxy", "")], [("x-rollcall-proxy", "S3cret")], [("x-rollcall-proxy", "s3cret")] * 2):
        with pytest.raises(Unknown, match="by way of its sign-on alone"):
            sign_on.user(scope(kim, *headers))


@pytest.mark.parametrize(("header", "proxies"), [("", []), ("X Y", []), ("Cookie", []), ("X-Rollcall-Proxy", []), ("X-User", ["proxy"])])
def test_a_sign_on_that_cannot_be_is_refused_before_anything_is_served(header, proxies):
    with pytest.raises(ValueError, match=r"is no (header|address)"):
        SignOn.by(header, proxies)
