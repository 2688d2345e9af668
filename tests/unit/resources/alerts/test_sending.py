"""A message leaves as its target's URL says, in bounded time, and no word of that URL is told by anything."""

import builtins
import logging

import pytest

from resources.alerts import sending
from resources.alerts.sending import Message, send
from resources.alerts.settings import Target
from tests.receiving import mail_server, receiver

TOKEN = "SeCrEtTokenSeCrEtToken24"
IT = Message("Rollcall, acme: held", "- 3 changes wait for a release at Expensify_test (since 2026-11-20 05:15).")


@pytest.fixture
def target(monkeypatch):
    def at(url, name="ALERTS_URL"):
        monkeypatch.setenv(name, url)
        return {"it": Target.model_validate({"url": {"env": name}})}

    return at


def taken(targets):
    return send(dict.fromkeys(targets, IT), targets)


def test_a_webhook_gets_it_as_json(target):
    with receiver() as hook:
        assert taken(target(hook.url())) == {"it": ""}
    (got,) = hook.got
    assert (got[0], got[1]["title"], got[1]["message"]) == ("/hook", IT.title, IT.body)


def test_mail_goes_out_as_plain_text(target):
    with mail_server() as (mailbox, port):
        url = f"mailto://127.0.0.1:{port}?from=rollcall@acme.example&to=it@acme.example&format=text"
        assert taken(target(url)) == {"it": ""}
    ((to, mail),) = mailbox.mails
    assert to == ["it@acme.example"]
    assert mail["Subject"] == IT.title
    assert mail.get_body(("plain",)).get_content().strip() == IT.body


def test_slack_gets_its_form(target, monkeypatch):
    from apprise.plugins.slack import NotifySlack

    with receiver() as hook:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{hook.port}/services")
        assert taken(target(f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}/#payroll")) == {"it": ""}
    ((path, body),) = hook.got
    assert path == f"/services/T1JJ3T3L2/A1BRTD4JD/{TOKEN}"
    assert body["channel"] == "#payroll"
    assert (IT.title in str(body), "Expensify_test" in str(body)) == (True, True)


def test_what_speaks_slacks_form_elsewhere_gets_it(target):
    with receiver() as hook:
        assert taken(target(hook.url(TOKEN.lower(), "mmost"))) == {"it": ""}
    ((path, body),) = hook.got
    assert path == f"/hooks/{TOKEN.lower()}"
    assert IT.title in body["text"]


def test_teams_gets_its_form(target, tmp_path):
    with receiver(tmp_path) as hook, pytest.warns(match="Unverified HTTPS"):
        hook.status = 202
        assert taken(target(f"workflows://127.0.0.1:{hook.port}/{'a' * 32}/{TOKEN}?verify=no")) == {"it": ""}
        hook.status = 500
        refused = taken(target(f"workflows://127.0.0.1:{hook.port}/{'a' * 32}/{TOKEN}?verify=no"))
    ((path, body),) = hook.got
    assert path.startswith(f"/workflows/{'a' * 32}/triggers/manual/paths/invoke?")
    assert body["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert "3 changes wait for a release" in str(body)
    assert refused["it"].startswith("It was not taken")


def test_a_certificate_that_nobody_vouches_for_is_not_sent_to(target, tmp_path):
    with receiver(tmp_path) as hook:
        assert taken(target(hook.url(kind="jsons")))["it"].startswith("It was not taken")
        assert hook.tried == 0


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
def test_one_that_answers_with_an_error_has_not_taken_it(target, status):
    with receiver() as hook:
        hook.status = status
        assert taken(target(hook.url()))["it"].startswith("It was not taken")
        assert hook.tried == 1


def test_one_that_hangs_is_not_waited_for(target):
    with receiver() as hangs:
        hangs.status = 0
        targets = target(f"{hangs.url()}?rto=50")
        assert send({"it": IT}, targets, longest=0.3) == {"it": "It did not answer within 0 seconds."}


def test_the_others_have_theirs_while_one_hangs(target):
    with receiver() as hangs, receiver() as takes:
        hangs.status, takes.then = 0, hangs.released
        targets = {"slow": target(f"{hangs.url()}?rto=50", "SLOW")["it"], "quick": target(takes.url(), "QUICK")["it"]}
        results = send(dict.fromkeys(targets, IT), targets, longest=45)
        assert (results["quick"], len(takes.got)) == ("", 1)
        assert results["slow"].startswith("It was not taken")


@pytest.mark.parametrize(
    "url",
    [
        f"json://user:{TOKEN}@127.0.0.1:1/{TOKEN}",
        f"slack://T1JJ3T3L2/{TOKEN}",
        f"nothing://{TOKEN}",
        TOKEN,
        f"json://user:{TOKEN}@[/x",
        f"mailto://user:{TOKEN}@127.0.0.1:1?from=a@b.example",
        f"mmosts://127.0.0.1:1/{TOKEN}",
    ],
)
def test_quiet_no_word_of_a_url_is_told(target, url, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        ((why),) = taken(target(url)).values()
    assert why
    written = capfd.readouterr()
    assert TOKEN not in why + caplog.text + written.out + written.err
    assert "127.0.0.1" not in caplog.text


def test_what_is_not_set_is_named(target, monkeypatch):
    targets = target("json://127.0.0.1")
    monkeypatch.delenv("ALERTS_URL")
    assert "ALERTS_URL is not set" in taken(targets)["it"]


def test_the_extra_that_is_not_installed_is_named_with_what_installs_it(target, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.partition(".")[0] == "apprise":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert taken(target("json://127.0.0.1"))["it"].endswith("Install it: pip install 'rollcall[alerts]'.")
    assert sending.INSTALL == "pip install 'rollcall[alerts]'"
