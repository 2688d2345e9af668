"""A Findity whose list of users shows no personId, by which approvers are named."""

from typing import Any

import pytest

from destinations.findity.expense.client import connection_to
from destinations.findity.expense.kept import place_of
from destinations.findity.expense.tokens import KeptPerson, SignInNeeded
from sandbox import sign_in
from tests.hostile.conftest import Exchange


@pytest.fixture
def first_load(exchange: Any, everything: Any) -> Exchange:
    """With a setting that lets a sync ask for the ids, and nobody signed in."""
    people = {"authorize_url": everything.box.findity_authorize_url, "client_id": "demo-user-client", "scope": "me", "person_ids": True}
    urls = {"findity__connection__expense_url": everything.box.findity_expense_url}
    made = exchange("first load", "findity", findity__expense=people, **urls)
    made.box.switch(findity_person_id=False)
    return made


def sign_in_as_consultant(made: Exchange) -> None:
    access, refresh, seconds = sign_in.issue(made.box.box, made.box.state["findity"]["persons"]["runa@bokholt.example"])
    settings = made.destination.settings
    name, kept = place_of(settings.connection, settings.expense)
    with connection_to(settings.connection) as http:
        person = KeptPerson(settings.connection, settings.expense, name, kept, http)
        assert person.keep({"access_token": access, "refresh_token": refresh, "expires_in": seconds})


def test_approver_lands_by_ids_that_were_searched_for(first_load: Exchange) -> None:
    sign_in_as_consultant(first_load)
    attempt = first_load.attempt()
    assert attempt.failure is None
    assert first_load.state() == first_load.clean
    assert attempt.numbers["accepted"] == attempt.numbers["landed"]


def test_nothing_is_written_while_the_ids_cannot_be_asked_for(first_load: Exchange) -> None:
    attempt = first_load.attempt()
    assert isinstance(attempt.failure, SignInNeeded)
    assert first_load.state() == first_load.before
