"""A drill from a file: what it asks for happens, and a mistake in it is one clear line."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from sandbox import drill
from sandbox.faults import JOBS, Fault
from sandbox.server import Sandbox
from tests.processes import with_us
from tests.sandbox.conftest import Expensify, Findity

NIGHT = """\
switches:
  findity_units: flat
  expensify_rate_limits: off
faults:
  - {api: findity, job: PUT users, skip: 1, times: 2, status: 503}
  - {api: expensify, job: update employees, dry_run: false, refuse: {E2: Account is locked}, times: null}
"""


class Elsewhere:
    """A sandbox in another process, as the plain callers want to have one."""

    def __init__(self, url: str) -> None:
        self.expensify_url = f"{url}/Integration-Server/ExpensifyIntegrations"
        self.findity_url = f"{url}/api/admin"
        self.findity_token_url = f"{url}/api/oauth/token/"


def test_the_command_plays_a_drill(tmp_path, person, user, monkeypatch):
    (tmp_path / "night.yaml").write_text(NIGHT)
    command = [sys.executable, "-m", "sandbox", "--drill", str(tmp_path / "night.yaml"), "--switch", "findity_units=root"]
    with subprocess.Popen(with_us(command), stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}) as process:
        url = process.stdout.readline().partition(" at ")[2].split()[0]
        box = Elsewhere(url)
        findity, expensify = Findity(box), Expensify(box)
        assert isinstance(findity.get("/organizationalunits/").json(), dict)  # the command line goes before the file
        assert [findity.put(user("E1")).status_code for _ in range(4)] == [200, 503, 503, 200]
        for _ in range(6):  # more than the windows would take, which are off
            assert [one["reason"] for one in expensify.update(person("E1"), person("E2"))["skippedEmployees"]] == ["Account is locked"]
        process.terminate()


def test_the_drill_of_the_guide_can_be_played(tmp_path):
    text = (Path(__file__).parents[2] / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    (tmp_path / "night.yaml").write_text(text.partition("```yaml\n# night.yaml\n")[2].partition("```")[0])
    night = drill.read(tmp_path / "night.yaml")
    assert (len(night.switches), len(night.faults)) == (2, 3)


def test_a_drill_is_the_same_in_a_test(tmp_path):
    (tmp_path / "night.yaml").write_text(NIGHT)
    night = drill.read(tmp_path / "night.yaml")
    with Sandbox(switches=night.switches) as box:
        box.box.faults += night.faults
        assert box.box.switches.findity_units == "flat"
        assert night.faults[0] == Fault(api="findity", job="PUT users", skip=1, times=2, status=503)
        assert [httpx.get(box.url + "/control/faults").json()[1]["times"]] == [None]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "`switches` (name: value) and `faults` (a list) are what a drill has"),
        ("fault: []", "`switches` (name: value) and `faults` (a list) are what a drill has"),
        ("faults: {drop: true}", "`faults` is a list, each with a dash"),
        ("switches: findity_units", "`switches` is name: value, one a line"),
        ("switches:\n  findity_units: [a\nfaults: []", "no YAML from line 3 on"),
        ("switches: {speed: 1}", "no switch 'speed'; there are: "),
        ("switches: {findity_units: round}", "switch 'findity_units' is one of documented, nested, flat, root"),
        ("switches: {findity_lag_reads: many}", "switch 'findity_lag_reads' is a number"),
        ("faults: [drop]", "fault 1: a fault is made of parts such as status: 503"),
        ("faults: [{drop: true}, {sttus: 503}]", "fault 2: no such part of a fault: sttus; there are: "),
        ("faults: [{status: '503'}]", "fault 1: status: input should be a valid integer"),
        ("faults: [{drop: true, times: 0}]", "fault 1: times: input should be greater than 0"),
        ("faults: [{job: PUT user, drop: true}]", "fault 1: there is no such call; there are: "),
        ("faults: [{api: expensify, job: PUT users, drop: true}]", "fault 1: there is no such call; there are: "),
        ("faults: [{times: 3}]", "fault 1: it does nothing: give it "),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what(tmp_path, content, said):
    (tmp_path / "night.yaml").write_text(content)
    with pytest.raises(ValueError, match=r"^night\.yaml: ") as found:
        drill.read(tmp_path / "night.yaml")
    assert str(found.value).startswith(f"night.yaml: {said}")
    assert "\n" not in str(found.value)


def test_the_command_says_the_mistake_and_does_not_serve(tmp_path):
    (tmp_path / "night.yaml").write_text("faults: [{times: 3}]")
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--drill", str(tmp_path / "night.yaml")], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "sandbox: night.yaml: fault 1: it does nothing: give it a status, code, body, drop, stall, delay or refuse\n"


def test_a_fault_knows_every_call_by_its_name(box, expensify, findity, person, user, signed_in):
    expensify.update(person("E1"))
    expensify.members()
    expensify.post({"type": "get", "inputSettings": {"type": "policyList"}})
    expensify.post({"type": "create", "inputSettings": {"type": "report"}})
    for job in ("get", "update"):
        expensify.post({"type": job, "inputSettings": {"type": "policyMembers"}})
    expensify.post({"type": "update", "inputSettings": {"type": "employees", "employees": []}})
    findity.put(user("E1"))
    for path in ("/", "/users/", "/users/externalid/E1/", "/organizationalunits/", "/customdimensions/"):
        findity.get(path)
    for path in ("/customdimensions/COST_CENTER/list/", "/customdimensions/COST_CENTER/list/approvers/"):
        findity.get(path)
        httpx.put(f"{findity.base}{path}", headers=findity.headers, json=[])
    for path in ("/customdimensions/", "/organizationalunits/"):
        httpx.put(f"{findity.base}{path}", headers=findity.headers, json=[])
    httpx.get(f"{box.findity_url}/organizations/", headers=findity.headers)
    httpx.delete(f"{findity.base}/users/externalid/E1/", headers=findity.headers)
    me = signed_in("runa@bokholt.example")
    for path in ("/me", "/me/settings/fields", "/me/counters", "/me/profileimage", "/me/extrarecipients", "/impersonation/users/search"):
        me.call("GET", path)
    for path in ("/me/email", "/me/phone", "/me/extrarecipients", "/me/password"):
        me.call("POST", path, {})
    for path in ("/me/phone", "/me/profileimage", "/me/extrarecipients/x"):
        me.call("DELETE", path)
    for path in ("/me", "/me/profileimage"):
        me.call("PUT", path, {})
    assert {(call["api"], call["job"]) for call in box.calls} == {(api, job) for api, jobs in JOBS.items() for job in jobs}


def test_healing_waits_for_what_may_still_take_effect(box, findity, user):
    box.fault(api="findity", job="PUT users", delay=0.3)
    with pytest.raises(httpx.ReadTimeout):
        httpx.put(findity.base + "/users/", headers=findity.headers, json=[user("E1")], timeout=0.05)
    box.heal()
    assert "E1" in box.state["findity"]["organizations"]["acme"]["users"]
