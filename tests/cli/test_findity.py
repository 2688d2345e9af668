"""`rollcall findity …`: signing in, looking at the account, and forgetting it, on a terminal that names nobody unasked."""

import os
import subprocess
import sys
import threading
import urllib.request
import webbrowser
from pathlib import Path
from textwrap import indent

import pytest
from typer.testing import CliRunner

from cli.main import app
from destinations import registry
from resources import places
from sandbox.server import Sandbox

RUNA = "runa@bokholt.example"
YAML = """\
type: assets.RosterSync
attributes:
  timezone: Europe/Stockholm
  owners: [team:finance]
  hr:
    csv: {{path: inbox/people_*.csv}}
    people:
      absent_means: leaver
      columns: {{employee_id: "No", first_name: First, last_name: Last, email: Mail, manager_id: Boss}}
  findity:
    connection:
      admin_url: {box.findity_url}
      token_url: {box.findity_token_url}
      expense_url: {box.findity_expense_url}
      organization: acme
      client_id: demo-client
      client_secret: {{env: FINDITY_SECRET}}
      invitation_mail_checked: true
    users: {{personnelNumber: employee_id}}
"""
EXPENSE = """\
    expense: {{authorize_url: "{box.findity_authorize_url}", client_id: demo-user-client, scope: me}}
"""


@pytest.fixture(scope="module")
def box():
    with Sandbox() as running:
        yield running


@pytest.fixture
def company(box, tmp_path, monkeypatch):
    for name, text in (("acme", YAML + EXPENSE), ("brick", YAML)):
        (tmp_path / "companies" / name).mkdir(parents=True)
        (tmp_path / "companies" / name / "defs.yaml").write_text(text.format(box=box))
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path / "companies"))
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    return tmp_path


def browse_as(box, monkeypatch, person):
    def opened(url):
        threading.Thread(target=lambda: urllib.request.urlopen(f"{url}&as={person}").read(), daemon=True).start()
        return True

    monkeypatch.setattr(webbrowser, "open", opened)


@pytest.fixture
def signed_in(box, company, monkeypatch):
    browse_as(box, monkeypatch, box.state["findity"]["persons"][RUNA])
    return rollcall("login", "acme")


def rollcall(*words):
    return CliRunner().invoke(app, ["findity", *words])


def test_a_sign_in_says_as_which_account_and_what_it_may_do(box, company, signed_in):
    assert signed_in.exit_code == 0, signed_in.output
    assert box.findity_authorize_url in signed_in.output
    assert f"Signed in as account {box.state['findity']['persons'][RUNA]}." in signed_in.output
    assert "may act for others: yes" in signed_in.output


def test_me_shows_account_capabilities_and_counters_and_a_person_only_when_asked(box, signed_in):
    shown = rollcall("me", "acme")
    assert shown.exit_code == 0, shown.output
    assert "may see the administration: yes" in shown.output
    assert f"Organization {box.state['findity']['organizations']['acme']['id']}: 0 expenses, 0 approvals" in shown.output
    assert "runa" not in (shown.output + signed_in.output).lower()
    assert RUNA in rollcall("me", "acme", "--show-values").output


def test_no_token_and_no_password_is_printed_or_logged_whatever_goes_wrong(box, company, signed_in, caplog):
    kept = box.state["findity"]["sign_ins"]
    secrets = [*kept["tokens"], *kept["refresh_tokens"], "Sandbox-password1"]
    box.fault(api="findity", job="GET me", status=400, body=f'{{"message": "Runa Bokholt, {RUNA}, {secrets[0]}"}}')
    failed = rollcall("me", "acme")
    box.fault(api="findity", job="GET me*", status=418, body=f"<p>{RUNA}</p>")
    again = rollcall("me", "acme")
    box.heal()
    said = signed_in.output + failed.output + again.output + caplog.text
    assert (failed.exit_code, again.exit_code) == (2, 2)
    assert "Findity refused to show the account: 400" in failed.output
    assert not [secret for secret in (*secrets, RUNA, "Bokholt") if secret in said]


def test_whoever_refuses_is_not_signed_in(box, company, monkeypatch):
    browse_as(box, monkeypatch, "nobody")
    refused = rollcall("login", "acme")
    assert (refused.exit_code, "access_denied" in refused.output) == (2, True)
    assert "Nobody has signed in" in rollcall("me", "acme").output


def test_after_logging_out_nobody_is_signed_in(signed_in):
    assert rollcall("logout", "acme").exit_code == 0
    shown = rollcall("me", "acme")
    assert (shown.exit_code, "rollcall findity login COMPANY" in shown.output) == (2, True)


@pytest.mark.parametrize(("name", "said"), [("brick", "docs/findity.md"), ("nobodys", "nobodys")])
def test_a_company_without_it_is_told_what_is_missing(company, name, said):
    shown = rollcall("me", name)
    assert (shown.exit_code, said in shown.output) == (2, True)


def test_a_destination_with_commands_is_listed_with_the_first_line_of_their_help():
    assert registry.with_commands()["findity"] == "Findity: its Expense API, as the person who signs in."


@pytest.mark.parametrize(
    ("words", "offered"),
    [("rollcall fin", ["findity"]), ("rollcall findity me a", ["acme"])],
)
def test_its_commands_and_companies_complete(company: Path, words: str, offered: list[str]):
    place = len(words.split()) - (not words.endswith(" "))
    given = {"_ROLLCALL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(place)}
    done = subprocess.run(
        [sys.executable, "-c", "from cli.main import app; app(prog_name='rollcall')"],
        cwd=places.PROJECT,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert sorted(done.stdout.split()) == offered, done.stderr


def test_user_shows_whether_somebody_is_there_and_which_fields_are_filled(box, company, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    users = box.state["findity"]["organizations"]["acme"]["users"]
    users["E7"] = {
        "id": "u7",
        "personId": "p7",
        "externalSourceId": "E7",
        "email": "zq@acme.example",
        "phone": "+46701740605",
        "active": False,
    }
    shown = rollcall("user", "acme", "E7")
    assert shown.output.startswith("Findity has user E7: inactive.")
    assert "phone" in shown.output
    assert "zq@" not in shown.output
    assert "+46701740605" not in shown.output
    assert "phone: +46701740605" in rollcall("user", "acme", "E7", "--show-values").output
    assert box.calls[-1]["job"] == "GET user"
    assert rollcall("user", "acme", "E8").output == "Findity has no user E8.\n"


def test_user_asks_each_organization_of_several_by_what_is_known_there_and_one_that_fails_stops_no_other(box, company, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    head, _, connection = YAML.partition("    connection:\n")
    connection, _, rest = connection.partition("    users:")
    of = "".join(f"      '{word}':\n        connection:\n" + indent(connection, "    ") for word in ("se", "no"))
    of = of.replace("organization: acme", "organization: adventureworks", 1).replace("{{env: FINDITY_SECRET}}", "{{env: NOT_SET}}", 1)
    text = head + "    organizations:\n" + of + "    belonging: {{organization: company_code}}\n    users:" + rest
    text = text.replace("manager_id: Boss}}", 'manager_id: Boss, company_code: "Co"}}')
    (company / "companies" / "several").mkdir()
    (company / "companies" / "several" / "defs.yaml").write_text(text.format(box=box))
    box.state["findity"]["organizations"]["acme"]["users"]["E9"] = {"externalSourceId": "E9", "email": "zq9@acme.example", "active": True}
    shown = rollcall("user", "several", "E9")
    assert "Findity no has user E9: active." in shown.output
    assert "The environment variable NOT_SET is not set." in shown.output
    assert shown.exit_code != 0
    monkeypatch.setenv("NOT_SET", "demo-findity-secret")
    shown = rollcall("user", "several", "E9")
    assert "Findity se has no user E9." in shown.output
    assert "Findity no has user E9: active." in shown.output
    assert shown.exit_code == 0


def test_quiet_user_asks_for_no_address(box, company, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    calls = len(box.calls)
    refused = rollcall("user", "acme", "zq@acme.example")
    assert refused.exit_code != 0
    assert "zq@" not in refused.output
    assert len(box.calls) == calls
