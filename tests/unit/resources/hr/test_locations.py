"""What the YAML says of HR's places: by what the list for HR is separated."""

import pytest
from pydantic import ValidationError

from resources.hr.locations import PutBack, Skipped
from roster.settings import CsvFormat

LOGIN = {"host": "sftp.acme.example", "user": "rollcall", "password": {"env": "SECRET"}}


@pytest.mark.parametrize(
    ("format", "timezone", "expected"),
    [
        ({}, "Europe/Stockholm", ";"),
        ({}, "Europe/London", ","),
        ({}, "Europe/Dublin", ","),
        ({}, "America/New_York", ","),
        ({"delimiter": ";"}, "America/Sao_Paulo", ";"),
        ({"decimal": ","}, "America/Bogota", ";"),
        ({"decimal": ".", "delimiter": ";"}, "Europe/Zurich", ","),
    ],
)
def test_the_list_is_separated_as_spreadsheets_want_it_where_the_company_is(format, timezone, expected):
    assert Skipped().separates(CsvFormat.model_validate(format), timezone) == expected


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_what_the_settings_name_counts(separator):
    assert Skipped.model_validate({"separator": separator}).separates(CsvFormat(), "Europe/Stockholm") == separator


@pytest.mark.parametrize("wrong", [{"folder": ""}, {"form": "pdf"}, {"password": None}, {"password": "plain"}])
def test_a_place_to_put_it_back_has_a_folder_a_form_and_a_login_that_is_no_plain_text(wrong):
    with pytest.raises(ValidationError):
        PutBack.model_validate({**LOGIN, "folder": "back", **wrong})
    assert PutBack.model_validate({**LOGIN, "folder": "back"}).form == "xlsx"
