"""What the YAML may say about connections, and what it may never show."""

import pytest
from pydantic import ValidationError

from destinations.expensify.settings import ExpensifyConnection
from destinations.findity.settings import FindityConnection
from resources.environment import EnvText, Secret
from resources.failures import Permanent
from resources.hr.locations import CsvSource

EXPENSIFY = {"partner_user_id": "aa_api_acme", "partner_user_secret": {"env": "ROLLCALL_TEST_SECRET"}}


def test_a_secret_is_read_from_the_environment_at_use_and_not_at_load(monkeypatch):
    monkeypatch.delenv("ROLLCALL_TEST_SECRET", raising=False)
    secret = ExpensifyConnection.model_validate(EXPENSIFY).partner_user_secret
    monkeypatch.setenv("ROLLCALL_TEST_SECRET", "hunter2")
    assert secret.resolve() == "hunter2"


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_variable_is_a_permanent_failure_that_names_it(monkeypatch, value):
    monkeypatch.delenv("ROLLCALL_TEST_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("ROLLCALL_TEST_SECRET", value)
    with pytest.raises(Permanent, match="ROLLCALL_TEST_SECRET is not set"):
        Secret(env="ROLLCALL_TEST_SECRET").resolve()


def test_a_secret_in_plain_text_is_refused_without_being_repeated():
    with pytest.raises(ValidationError) as error:
        ExpensifyConnection.model_validate({**EXPENSIFY, "partner_user_secret": "hunter2"})
    assert "{env: NAME}" in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_secret_pasted_where_the_variables_name_belongs_is_refused_without_being_repeated():
    with pytest.raises(ValidationError) as error:
        Secret(env="hunter2+&%")
    assert "hunter2" not in str(error.value)


def test_other_texts_may_be_plain_or_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("ROLLCALL_TEST_URL", "https://stage.example/admin")
    assert EnvText.model_validate("https://a.example").resolve() == "https://a.example"
    assert EnvText.model_validate({"env": "ROLLCALL_TEST_URL"}).resolve() == "https://stage.example/admin"


def test_no_repr_shows_a_value(monkeypatch):
    monkeypatch.setenv("ROLLCALL_TEST_SECRET", "hunter2")
    settings = ExpensifyConnection.model_validate({**EXPENSIFY, "on_finish_recipients": ["boss@acme.example"]})
    settings.partner_user_secret.resolve()
    for shown in (repr(settings), str(settings)):
        assert "hunter2" not in shown
        assert "boss@" not in shown
        assert "ROLLCALL_TEST_SECRET" in shown


def test_what_is_not_said_has_the_vendors_address_and_the_quiet_default():
    expensify = ExpensifyConnection.model_validate(EXPENSIFY)
    findity = FindityConnection.model_validate({"organization": "acme", "client_id": "a", "client_secret": {"env": "B"}})
    assert expensify.url.resolve() == "https://integrations.expensify.com/Integration-Server/ExpensifyIntegrations"
    assert findity.admin_url.resolve() == "https://expense.findity.com/api/admin"
    assert findity.token_url.resolve() == "https://expense.findity.com/api/oauth/token/"
    assert findity.send_invitation_mail is False
    assert expensify.setEmployeePrimaryPolicy == "none"


@pytest.mark.parametrize(
    ("given", "admin", "token"),
    [
        ({}, "https://stage-expense.findity.com/api/admin", "https://stage-api.findity.com/oauth/token"),
        ({"admin_url": "https://a.example"}, "https://a.example", "https://stage-api.findity.com/oauth/token"),
        ({"token_url": {"env": "ROLLCALL_TEST_URL"}}, "https://stage-expense.findity.com/api/admin", "https://t.example"),
    ],
)
def test_the_environment_gives_the_addresses_that_are_not_set(given, admin, token, monkeypatch):
    monkeypatch.setenv("ROLLCALL_TEST_URL", "https://t.example")
    keys = {"organization": "acme", "client_id": "a", "client_secret": {"env": "B"}, "environment": "stage"}
    findity = FindityConnection.model_validate({**keys, **given})
    assert (findity.admin_url.resolve(), findity.token_url.resolve()) == (admin, token)


@pytest.mark.parametrize("wrong", [{"chunk_bytes": 0}, {"timeout": 0}, {"feed_root": "employees"}, {"rate_scale": 0.1}])
def test_a_setting_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError):
        ExpensifyConnection.model_validate({**EXPENSIFY, **wrong})


def test_the_file_is_the_last_by_name_unless_said_otherwise():
    source = CsvSource.model_validate({"path": "inbox/*.csv", "delimiter": ";"})
    assert (source.newest, source.delimiter) == ("name", ";")


@pytest.mark.parametrize("model", [ExpensifyConnection, FindityConnection, CsvSource])
def test_every_setting_says_what_it_means(model):
    silent = [name for name, info in model.model_fields.items() if not info.description]
    assert silent == []
