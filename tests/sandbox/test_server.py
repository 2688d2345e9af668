"""What both APIs share: state over restarts, faults, lag, switches, the call log, the page, the command line."""

import json
import signal
import subprocess
import sys
import time

import httpx
import pytest

from sandbox.server import Sandbox
from tests.processes import with_us


def test_the_state_outlives_a_restart(tmp_path, expensify, findity, person, user):
    Expensify, Findity = type(expensify), type(findity)
    file = tmp_path / "state.json"
    with Sandbox(state_file=file) as box:
        Expensify(box).update(person("E1"))
        before = Findity(box)
        before.put(user("E1"))
    assert file.stat().st_mode & 0o777 == 0o600
    with Sandbox(seed={}, state_file=file) as box:
        assert "e1@acme.example" in Expensify(box).members()
        after = Findity(box)
        after.headers = before.headers
        assert after.user("E1")["active"] is True
        assert box.writes == 2


def test_a_write_is_on_disk_before_it_is_answered(tmp_path, expensify, person):
    file = tmp_path / "state.json"
    with Sandbox(state_file=file) as box:
        type(expensify)(box).update(person("E1"))
        assert "e1@acme.example" in json.loads(file.read_text())["expensify"]["policies"]["5E00000000000001"]["members"]


def test_a_status_strikes_the_nth_matching_call_as_often_as_told(box, findity, user):
    box.fault(api="findity", job="PUT users", skip=1, times=2, status=503, headers={"Retry-After": "1"})
    replies = [findity.put(user("E1")) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 503, 503, 200]
    assert replies[1].headers["retry-after"] == "1"
    assert findity.get("/users/").status_code == 200


def test_a_code_in_the_body_refuses_a_chunk_by_one_of_its_people(box, expensify, person):
    box.fault(api="expensify", job="update employees", person="E2", code=500, times=None)
    assert expensify.update(person("E1"))["responseCode"] == 200
    assert expensify.update(person("E2"), person("E3"))["responseCode"] == 500
    assert {"e2@acme.example", "e3@acme.example"}.isdisjoint(expensify.members())


@pytest.mark.parametrize("applied", [False, True])
def test_a_dropped_connection_leaves_the_request_applied_or_not(box, expensify, person, applied):
    box.fault(api="expensify", dry_run=False, drop=True, applied=applied)
    with pytest.raises(httpx.RemoteProtocolError):
        expensify.update(person("E1"))
    assert ("e1@acme.example" in expensify.members()) is applied
    assert box.writes == applied
    assert [call["code"] for call in box.calls] == ["dropped", 200]


def test_a_stall_never_answers_and_does_not_keep_the_server_from_ending(box, findity):
    box.fault(api="findity", job="GET users", stall=True)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(findity.base + "/users/", headers=findity.headers, timeout=0.1)


def test_a_delay_comes_before_the_usual_answer(box, findity):
    box.fault(api="findity", delay=0.2)
    start = time.monotonic()
    assert findity.get("/users/").status_code == 200
    assert time.monotonic() - start >= 0.2


def test_an_answer_need_not_be_json(box, expensify, person):
    box.fault(api="expensify", body="<html>Bad gateway</html>", status=502)
    reply = expensify.post({"type": "get"})
    assert (reply.status_code, reply.text) == (502, "<html>Bad gateway</html>")


def test_single_people_can_be_refused(box, expensify, findity, person, user):
    box.switch(findity_put_errors="item")
    box.fault(refuse={"E1": "Account is locked"}, times=None)
    assert expensify.update(person("E1"), person("E2"))["skippedEmployees"] == [{"email": "e1@acme.example", "reason": "Account is locked"}]
    assert [one.get("errorCode") for one in findity.put(user("E1"), user("E2")).json()] == ["Account is locked", None]


def test_faults_can_be_taken_away(box, findity):
    box.fault(api="findity", status=500, times=None)
    assert findity.get("/users/").status_code == 500
    box.heal()
    assert findity.get("/users/").status_code == 200


def test_reads_may_lag_behind_a_write(box, expensify, findity, person, user):
    box.switch(expensify_lag_reads=2, findity_lag_seconds=0.3)
    expensify.update(person("E1"))
    assert ["e1@acme.example" in expensify.members() for _ in range(3)] == [False, False, True]
    findity.put(user("E1"))
    assert len(findity.get("/users/").json()) == 1
    time.sleep(0.35)
    assert len(findity.get("/users/").json()) == 2


def test_the_call_log_counts_people_and_names_no_one(box, expensify, findity, person, user):
    expensify.update(person("E1"), person("E2"), **{"dry-run": True})
    findity.put(user("E1"))
    findity.user("E1")
    assert [(call["job"], call["dry_run"], call["people"], call["write"], call["code"]) for call in box.calls] == [
        ("POST token", False, 0, False, 200),
        ("update employees", True, 2, False, 200),
        ("PUT users", False, 1, True, 200),
        ("GET user", False, 1, False, 200),
    ]
    assert "E1" not in json.dumps(box.calls)
    assert "e1@" not in json.dumps(box.calls)


def test_switches_and_faults_can_be_set_from_another_process(box, findity):
    assert httpx.put(box.url + "/control/switches", json={"findity_units": "flat"}).json()["findity_units"] == "flat"
    assert httpx.put(box.url + "/control/switches", json={"findity_units": "round"}).status_code == 400
    httpx.post(box.url + "/control/faults", json={"api": "findity", "status": 503, "times": None})
    assert findity.get("/users/").status_code == 503
    httpx.request("DELETE", box.url + "/control/faults", headers={"content-type": "application/json"})
    assert "parentId" in findity.get("/organizationalunits/").text


def test_another_web_page_cannot_reach_the_controls(box):
    faults, fault = box.url + "/control/faults", {"api": "findity", "status": 503}
    for sent in ("text/plain", "text/plain; x=application/json", "application/x-www-form-urlencoded"):
        assert httpx.post(faults, content=json.dumps(fault), headers={"content-type": sent}).status_code == 400
    port = box.url.rpartition(":")[2]
    foreign = [("Host", name) for name in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"localhost.:{port}", "127.0.0.1:1")]
    foreign += [("Origin", page) for page in ("null", "http://evil.example", "http://127.0.0.1:1", f"https://127.0.0.1:{port}")]
    foreign += [("Sec-Fetch-Site", site) for site in ("cross-site", "same-site")]
    for header in foreign:
        for method, path in (("GET", "faults"), ("POST", "faults"), ("DELETE", "faults"), ("GET", "switches"), ("PUT", "switches")):
            reply = httpx.request(method, f"{box.url}/control/{path}", json=fault, headers=dict([header]))
            assert (reply.status_code, list(reply.json())) == (403, ["error"])
    assert httpx.get(faults).json() == []
    own = {"Origin": box.url, "Sec-Fetch-Site": "same-origin"}
    assert httpx.get(faults.replace("127.0.0.1", "localhost"), headers=own).status_code == 200


def test_a_wrong_switch_is_named_with_what_is_right():
    with pytest.raises(ValueError, match="findity_units' is one of documented, nested, flat, root"):
        Sandbox(switches={"findity_units": "round"})
    with pytest.raises(ValueError, match="no switch 'speed'"):
        Sandbox(switches={"speed": 1})


def test_the_page_shows_people_units_approvers_and_calls(box, expensify, findity, person, user):
    expensify.update(person("E1"))
    units = findity.get("/organizationalunits/").json()["subUnits"]
    boss = findity.put(user("E1", firstName="Bo<b>")).json()[0]
    findity.put(user("E2", approverIds=[boss["personId"]], organizationalUnitId=units[0]["id"], active=False))
    reply = httpx.get(box.url + "/")
    assert reply.headers["content-type"].startswith("text/html")
    for text in ("ACME-SE", "e1@acme.example", "Sales", "Bo&lt;b&gt; Lind", "consultant-1", "update employees", "PUT users"):
        assert text in reply.text
    assert "http://" not in reply.text
    assert "https://" not in reply.text


def test_the_state_can_be_read_without_secrets(box, findity):
    text = httpx.get(box.url + "/state.json").text
    assert "runa@bokholt.example" in text
    for secret in ("demo-secret", "demo-findity-secret", findity.tokens["access_token"], findity.tokens["refresh_token"]):
        assert secret not in text


def test_the_demo_has_both_companies(box):
    state = box.state
    assert len(state["expensify"]["policies"]) == 7
    assert len(state["findity"]["organizations"]["adventureworks"]["units"]) == 17


def _started(tmp_path, *arguments):
    ready = tmp_path / "ready.json"
    process = subprocess.Popen(with_us([sys.executable, "-m", "sandbox", "--quiet", "--ready-file", str(ready), *arguments]))
    for _ in range(200):
        if ready.exists() or process.poll() is not None:
            break
        time.sleep(0.02)
    return process, json.loads(ready.read_text())["url"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_told_to_end(tmp_path, number):
    process, url = _started(tmp_path, "--state", str(tmp_path / "state.json"), "--switch", "findity_units=flat")
    assert httpx.get(url + "/").status_code == 200
    process.send_signal(number)
    assert process.wait(timeout=5) == 0
    assert (tmp_path / "state.json").exists()


def test_the_command_ends_with_its_parent(tmp_path):
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process, _ = _started(tmp_path, "--parent", str(parent.pid))
    parent.communicate(b"\n", timeout=5)
    assert process.wait(timeout=5) == 0
