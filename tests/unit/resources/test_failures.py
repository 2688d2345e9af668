"""Texts from elsewhere are passed on only without what says who somebody is."""

import logging

import pytest

from resources.failures import PRIVATE, Permanent, Refused, Transient, Unanswered, masked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Invalid manager email address 'boss@acme.example '", "Invalid manager email address '<address> '"),
        ("Invalid manager email address 'boss@domain '", "Invalid manager email address '<address> '"),
        ("No policy found for 'Marketing'", "No policy found for '<…>'"),
        ("Malformed date '16-01-01'. Expected format is yyyy-MM-dd", "Malformed date '16-01-01'. Expected format is yyyy-MM-dd"),
        ("phone +46701234567 is in use", "phone <number> is in use"),
        ("phone 070-123 45 67 is in use", "phone <number> is in use"),
        ("IBAN SE35 5000 0000 0549 1000 0003 is wrong", "IBAN <account> is wrong"),
        ("SE3550000000054910000003: wrong", "<account>: wrong"),
        ("two\nlines", "two lines"),
    ],
)
def test_addresses_and_numbers_of_people_are_masked(text, said):
    assert masked(text) == said


def test_what_the_request_said_about_people_is_masked_wherever_it_is_repeated():
    assert masked("User Ann Bo is a user", {"Ann", "Bo"}) == "User <value> <value> is a user"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Already taken by Eva Lind-Åkesson, eva.lind", "Already <…> by <…>"),
        ("user LIND is on policy 5E01", "user <…> is on policy <…>"),
        ("DB_SCHEMA_VIOLATION: overLimitApprover, not EVA_LIND", "DB_SCHEMA_VIOLATION: overLimitApprover, not <…>"),
        ("code 410 for 197001019801 and 700101", "code 410 for <number> and <…>"),
    ],
)
def test_quiet_a_word_that_is_not_known_to_be_plain_could_be_anybodys_name(text, said):
    assert masked(text) == said


def test_what_else_the_request_said_may_stay():
    assert masked("No policy found for 'Marketing 5E01'", public={"Marketing 5E01"}) == "No policy found for 'Marketing 5E01'"


def test_quiet_the_whole_message_is_told_to_the_private_log_alone(capfd):
    seen = []
    keep = logging.Handler()
    keep.emit = lambda record: seen.append(record.getMessage())
    logging.getLogger(PRIVATE).addHandler(keep)
    try:
        masked("Eva is missing")
    finally:
        logging.getLogger(PRIVATE).removeHandler(keep)
    assert seen == ["a destination said: Eva is missing"]
    assert "Eva" not in "".join(capfd.readouterr())


def test_a_message_is_never_a_novel():
    assert len(masked("x" * 5000)) < 400


def test_a_failure_says_what_happened_and_what_to_do():
    failure = Permanent("It is so.", "Do this.")
    assert str(failure) == "It is so. Do this."
    assert failure.advice == "Do this."


def test_what_time_heals_and_what_it_does_not_are_kept_apart():
    assert issubclass(Unanswered, Transient)
    assert issubclass(Refused, Permanent)
    assert not issubclass(Transient, Permanent)
