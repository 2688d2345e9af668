"""Laying a feed on an SFTP server or in a web server's folder, and taking it away; what goes wrong there, before Expensify is asked."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncssh
import pytest

from destinations.expensify.roads import names
from resources.failures import Failed, Permanent, Transient
from resources.ssh.failures import Lost
from sandbox.sftp import SftpServer
from tests.contract.roads.conftest import PLAN
from tests.roads import PASSWORD, USER, WebFolder

LAID = ("sftp", "download")
FEED = '[{"employeeID": "E1"}]'


def told(road):
    """What is said, once it is sure that nothing was left for anybody to fetch."""
    with pytest.raises(Failed) as failure:
        road.offer(FEED)
    return failure.value


def finished(roads):
    return [file.name for file in roads.lying() if not file.name.startswith(".")]


# an SFTP server


def test_an_uploaded_feed_is_for_the_login_alone_where_expensify_has_the_same(roads, by):
    by(roads.settings("sftp")).offer(FEED)
    assert stat.S_IMODE(roads.lying()[0].stat().st_mode) == 0o600


def test_where_expensify_logs_in_as_somebody_else_the_servers_own_rights_hold(roads, by):
    by(roads.settings("sftp", seen_by_expensify={"login": "expensify"})).offer(FEED)
    assert stat.S_IMODE(roads.lying()[0].stat().st_mode) == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_no_surprise_a_server_with_another_key_gets_no_feed(roads, by):
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()[:2]
    failure = told(by(roads.settings("sftp", host_keys=[" ".join(other)])))
    assert isinstance(failure, Permanent) and "has another host key than those pinned" in str(failure)
    assert told(by(roads.settings("sftp", host_keys=[]))) and roads.lying() == []


def test_a_wrong_password_or_folder_is_said(roads, by, monkeypatch):
    assert "has no such folder for the feed" in str(told(by(roads.settings("sftp", folder="nowhere"))))
    monkeypatch.setenv("FEED_PASSWORD", "wrong")
    assert "refuses the login" in str(told(by(roads.settings("sftp"))))
    assert roads.lying() == []


def misbehaving(roads, **overridden):
    kind = type("Answering", (asyncssh.SFTPServer,), overridden)
    return SftpServer(
        roads.folder.parent, user=USER, password=PASSWORD, files=lambda channel: kind(channel, chroot=os.fsencode(roads.folder.parent))
    )


def at(server, roads):
    return roads.settings("sftp", port=server.port, host_keys=[server.host_key_line])


def test_a_server_that_renames_nothing_has_no_feed_under_the_name_that_expensify_would_get(roads, by, waited):
    def rename(self, old, new, flags=0):
        raise asyncssh.SFTPFailure("no")

    with misbehaving(roads, rename=rename) as server:
        failure = told(by(at(server, roads)))
    assert isinstance(failure, Transient) and "Expensify was not asked" in str(failure)
    assert (finished(roads), len(waited)) == ([], 2)


def test_a_server_that_breaks_off_is_tried_again_with_the_same_name(roads, by, waited):
    broken = []

    def write(self, file, offset, data):
        if not broken:
            broken.append(True)
            raise asyncssh.SFTPFailure("no")
        return asyncssh.SFTPServer.write(self, file, offset, data)

    with misbehaving(roads, write=write) as server:
        name = by(at(server, roads)).offer(FEED).credentials["sftp"]["filename"]
    assert (finished(roads), len(waited)) == ([Path(name).name], 1)
    assert roads.lying()[0].read_text() == FEED


def test_a_rename_of_which_no_answer_came_is_done_once_more(roads, by):
    renamed = []

    def rename(self, old, new, *flags):
        asyncssh.SFTPServer.rename(self, old, new, *flags)
        renamed.append(new)
        if len(renamed) == 1:
            raise asyncssh.SFTPFailure("lost")

    with misbehaving(roads, rename=rename) as server:
        by(at(server, roads)).offer(FEED)
    assert (len(renamed), len(roads.lying())) == (2, 1)


def test_a_server_that_keeps_less_than_it_was_given_is_not_believed(roads, by):
    with misbehaving(roads, write=lambda self, file, offset, data: len(data)) as server:
        assert isinstance(told(by(at(server, roads))), Lost)


def test_quiet_a_failure_of_a_server_names_no_secret(roads, by, monkeypatch):
    monkeypatch.setenv("FEED_PASSWORD", "wrong & secret")
    for road in LAID:
        assert "wrong" not in str(told(by(roads.settings(road))))


# a web server


def offering(roads, by, answer):
    with WebFolder(roads.folder, answer) as server:
        return told(by(roads.settings("download", url=server.url))), server.seen


def test_a_feed_is_fetched_with_the_password_and_refused_without_before_expensify_is_asked(roads, by):
    offer = by(roads.settings("download")).offer(FEED)
    path = offer.credentials["feedUrl"].removeprefix(roads.web.url)
    assert roads.web.seen == [(path, False), (path, True)]
    assert stat.S_IMODE(roads.lying()[0].stat().st_mode) == 0o640, "the web server reads it by the folder's group"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda path, let_in: (200, FEED.encode()), "gives it to whoever asks, without a password"),
        (lambda path, let_in: (200, b"[]") if let_in else None, "gives something else than what was published"),
        (lambda path, let_in: (200, FEED.encode() + b"\n") if let_in else None, "gives something else than what was published"),
        (lambda path, let_in: (404, b""), "does not have the feed that was just published (HTTP 404)"),
        (lambda path, let_in: (403, b""), "refuses `user` and `password` of `delivery.download` (HTTP 403)"),
        (lambda path, let_in: (302, b""), "redirects (302)"),
        (lambda path, let_in: (301, b""), "redirects to another address"),
    ],
)
def test_no_surprise_a_web_server_that_does_not_give_it_as_expensify_will_ask_is_told_first(roads, by, answer, sentence):
    failure, _ = offering(roads, by, answer)
    assert isinstance(failure, Permanent) and sentence in str(failure)
    assert "rollcall-acme" not in str(failure)
    assert roads.lying() == [], "nobody was asked to fetch it"


def test_a_wrong_password_is_said_and_nothing_stays(roads, by, monkeypatch):
    monkeypatch.setenv("FEED_PASSWORD", "wrong")
    assert "(HTTP 401)" in str(told(by(roads.settings("download"))))
    assert roads.lying() == []


def test_a_web_server_that_is_down_is_transient(roads, by, waited):
    failure, seen = offering(roads, by, lambda path, let_in: (503, b""))
    assert isinstance(failure, Transient) and (len(seen), len(waited)) == (3, 2)
    roads.web.__exit__()
    assert isinstance(told(by(roads.settings("download"))), Transient)
    roads.web = WebFolder(roads.folder)  # something to end
    roads.web.__enter__()
    assert roads.lying() == []


@pytest.mark.parametrize("url", ["http://feeds.acme.example", "https://feed:word@feeds.acme.example", "https://feeds.acme.example/?a=b"])
def test_an_address_that_no_secret_may_go_to_is_refused_before_anything_lies_anywhere(roads, by, url):
    failure = told(by(roads.settings("download", url=url)))
    assert isinstance(failure, Permanent) and "Expensify delivery.download.url" in str(failure) and "word" not in str(failure)
    assert roads.lying() == []


def test_a_folder_that_is_not_there_or_not_ours_is_said(roads, by, monkeypatch):
    assert "is not there" in str(told(by(roads.settings("download", folder="/nowhere/at/all"))))
    monkeypatch.setenv("FEED_FOLDER", "relative")
    assert "no absolute path" in str(told(by(roads.settings("download", folder={"env": "FEED_FOLDER"}))))
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert "full" in str(told(by(roads.settings("download"))))
    assert roads.lying() == []


def test_a_feed_may_lie_in_storage(roads, by):
    import fsspec

    storage = fsspec.filesystem("memory")
    answer = lambda path, let_in: (200, storage.cat(f"/feeds{path}")) if let_in else None  # noqa: E731
    with WebFolder(roads.folder, answer) as server:
        road = by(roads.settings("download", folder="memory://feeds", url=server.url))
        road.offer(FEED)
        assert (road.tidy(of_plan=False), len(storage.find("/feeds"))) == (0, 1)
        assert (road.tidy(of_plan=True), storage.find("/feeds")) == (1, [])
        assert road.tidy(of_plan=True) == 0


# taking away


@pytest.mark.parametrize("road", LAID)
def test_what_is_of_the_plan_or_old_goes_and_what_is_anybody_elses_stays(roads, by, road):
    old = datetime.now(UTC) - timedelta(hours=7)
    young = datetime.now(UTC) - timedelta(hours=5)
    there = {
        "of the plan": names.fresh("acme", PLAN, young),
        "half of the plan": names.unfinished(names.fresh("acme", PLAN, young)),
        "of another plan": names.fresh("acme", "fedcba9876543210", young),
        "old": names.fresh("acme", "fedcba9876543210", old),
        "half and old": names.unfinished(names.fresh("acme", "fedcba9876543210", old)),
        "of another company": names.fresh("acme_nordic", PLAN, old),
        "no feed": "rollcall-acme-of-somebody.json",
        "no moment": names.fresh("acme", PLAN, old).replace(f"{old:%Y%m%d}", "20269999"),
    }
    for name in there.values():
        (roads.folder / name).write_text(FEED)
    left = lambda: {what for what, name in there.items() if (roads.folder / name).exists()}  # noqa: E731
    taker = by(roads.settings(road))
    assert (taker.tidy(of_plan=False), {*there} - left()) == (2, {"old", "half and old"})
    assert (taker.tidy(of_plan=True), {*there} - left()) == (2, {"old", "half and old", "of the plan", "half of the plan"})
    assert taker.tidy(of_plan=True) == 0
    assert by(roads.settings(road, keep_hours=1)).tidy(of_plan=False) == 1


def test_in_the_request_nothing_lies_anywhere(roads, by):
    offer = by("request").offer(FEED)
    assert (offer.data, offer.credentials, roads.lying(), by("request").tidy(of_plan=True)) == (FEED, {}, [], 0)
