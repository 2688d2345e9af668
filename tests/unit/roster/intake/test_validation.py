import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.intake.accounts import is_account
from roster.intake.mapping import Mapped
from roster.intake.validation import Validated, is_email, is_employee_id, validate
from roster.settings import People
from roster.unfit import Unfit

GOOD: dict[str, str | None] = {
    "employee_id": "007",
    "email": "ann.li@acme.example",
    "first_name": "Ann",
    "last_name": "Li",
    "worker_status": "Active",
}


def validated(phone_region: str | None = None, undated: dict[str, bool] | None = None, **row: str | None) -> Validated:
    columns = dict.fromkeys(GOOD, "X")
    people = People.model_validate({"columns": columns, "absent_means": "unchanged", "phone_region": phone_region})
    frame = pd.DataFrame([GOOD | row, GOOD | {"employee_id": "8"}], index=[5, 6], dtype="str")
    marks = {name: pd.Series([bad, False], index=[5, 6]) for name, bad in (undated or {}).items()}
    return validate(Mapped(frame, marks), people)


def faults(found: list[pd.DataFrame]) -> list[tuple[int, str, str]]:
    table = pd.concat(found)
    return [(int(line), str(column), str(code)) for line, column, code in table[["line", "column", "code"]].itertuples(index=False)]


def one(check: object, value: str | None) -> bool:
    return bool(check(pd.Series([value], index=[3], dtype="str"))[3])  # type: ignore[operator]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("employee_id", None, "missing"),
        ("employee_id", "0 07", "employee_id"),
        ("employee_id", "x" * 65, "employee_id"),
        ("email", None, "missing"),
        ("email", "ann.li", "email"),
        ("email", "none@acme.example", "nothing"),
        ("email", "No-Reply@acme.example", "nothing"),
        ("email", "ingen.epost@acme.example", "nothing"),
        ("first_name", None, "missing"),
        ("last_name", None, "missing"),
        ("last_name", "NULL", "nothing"),
        ("first_name", "n/a", "nothing"),
        ("last_name", "***", "nothing"),
        ("last_name", "...", "nothing"),
        ("first_name", "_", "nothing"),
        ("last_name", "0", "nothing"),
        ("first_name", "36000", "name"),
        ("last_name", "2026-11-20", "name"),
        ("last_name", "\u0661\u0660 3", "name"),
        ("first_name", "ann@acme.example", "name"),
        ("first_name", "070-174 06 14", "name"),
        ("last_name", "20401", "name"),
        ("last_name", "ann@x.se", "name"),
        ("worker_status", "active", "worker_status"),
        ("worker_status", None, "missing"),
    ],
)
def test_a_bad_identity_value_costs_the_row(column: str, value: str | None, code: str) -> None:
    result = validated(**{column: value})
    assert faults(result.rejected) == [(5, column, code)]
    assert faults(result.dropped) == []


def test_a_dash_or_a_point_stands_for_the_one_name_that_somebody_does_not_have() -> None:
    for sign in ("-", "\u2013", "."):
        assert faults(validated(last_name=sign).rejected) == []
    both = validated(first_name="-", last_name=".").rejected
    assert sorted(faults(both)) == [(5, "first_name", "nothing"), (5, "last_name", "nothing")]
    assert faults(validated(last_name="Ó. '-Ø").rejected) == []


def test_an_unreadable_date_costs_the_row_because_it_decides_who_leaves() -> None:
    assert faults(validated(end_date="soon", undated={"end_date": True}).rejected) == [(5, "end_date", "date")]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("phone", "call me", "phone"),
        ("country", "UK", "country"),
        ("country", "Sweden", "country"),
        ("approval_limit", "-1", "approval_limit"),
        ("approval_limit", "1,000", "approval_limit"),
        ("approval_limit", "1.005", "approval_limit"),
        ("locale", "swedish", "locale"),
        ("bank_account", "SE3550000000054910000004", "bank_account"),
        ("bank_account", "IBAN: SE35 5000 0000 0549 1000 0004", "bank_account"),
        ("bank_account", "****1234", "bank_account"),
        ("bank_account", "xxxx xxxx 1234", "bank_account"),
        ("bank_account", "0000000", "bank_account"),
        ("bank_account", "SE 35 5000 0000 0549 1000 0004", "bank_account"),
        ("bank_account", "+46701740614", "bank_account"),
        ("bank_account", "2026-11-20", "bank_account"),
        ("bank_account", "20.11.2026", "bank_account"),
        ("bank_account", "paid with wages from 2026", "bank_account"),
        ("bank_account", "6000-123 45?", "bank_account"),
        ("bank_account", "1", "bank_account"),
        ("bank_account", "HANDSESS", "bank_account"),
        ("bic", "SE3550000000054910000003", "bic"),
        ("bic", "HANDZZSS", "bic"),
        ("bic", "HANDSES", "bic"),
        ("bic", "Handelsbanken", "bic"),
        ("bic", "****SESS", "bic"),
        ("phone", "070-12O 45 67", "phone"),
        ("phone", "070-123 45 6l7", "phone"),
        ("phone", "0000000000", "phone"),
        ("phone", "+00 000", "phone"),
        ("manager_email", "boss", "email"),
    ],
)
def test_any_other_bad_value_costs_only_itself(column: str, value: str, code: str) -> None:
    result = validated(phone_region="SE", **{column: value})
    assert faults(result.rejected) == []
    assert faults(result.dropped) == [(5, column, code)]
    assert pd.isna(result.frame.loc[5, column])


@pytest.mark.parametrize(
    ("column", "value", "normal"),
    [
        ("country", "se", "SE"),
        ("locale", "sv-SE", "sv_SE"),
        ("locale", "EN_gb", "en_GB"),
        ("phone", "070-123 45 67", "+46701234567"),
        ("bank_account", "se35 5000 0000 0549 1000 0003", "SE3550000000054910000003"),
        ("bank_account", "IBAN: SE35 5000 0000 0549 1000 0003", "SE3550000000054910000003"),
        ("bank_account", "iban se3550000000054910000003", "SE3550000000054910000003"),
        ("bank_account", "SE 35.5000.0000.0549.1000.0003", "SE3550000000054910000003"),
        ("bank_account", "IBAN SE 35 5000 0000 0549 1000 0003", "SE3550000000054910000003"),
        ("bank_account", "8327-9, 1234 5678", "8327-9, 1234 5678"),
        ("bank_account", "BG 123-4567", "BG 123-4567"),
        ("bank_account", "8601.11.17947", "8601.11.17947"),
        ("bic", "handsess", "HANDSESS"),
        ("bic", "BIC: HAND SE SS XXX", "HANDSESSXXX"),
        ("bic", "SWIFT-code: NCBVXKPR", "NCBVXKPR"),
        ("phone", "+46 70 123 45 67 x12", "+46701234567"),
        ("approval_limit", "1000.50", "1000.50"),
        ("email", "Ann.Li@Acme.example", "Ann.Li@Acme.example"),
        ("department", "R & D", "R & D"),
    ],
)
def test_good_values_come_out_in_one_form(column: str, value: str, normal: str) -> None:
    result = validated(phone_region="SE", **{column: value})
    assert faults([*result.rejected, *result.dropped]) == []
    assert result.frame.loc[5, column] == normal


def test_a_number_without_prefix_is_read_in_the_rows_own_country_where_no_region_is_set() -> None:
    assert validated(phone="22 12 34 56", country="no").frame.loc[5, "phone"] == "+4722123456"
    assert faults(validated(phone="22 12 34 56").dropped) == [(5, "phone", "phone")]
    assert validated(phone="22 12 34 56", country="SE", phone_region="DK").frame.loc[5, "phone"] == "+4522123456"


def test_all_faults_of_a_row_are_found_at_once() -> None:
    result = validated(email="?", first_name=None, start_date="?", phone="?", undated={"start_date": True})
    assert {column for _, column, _ in faults(result.rejected)} == {"email", "first_name", "start_date"}
    assert {column for _, column, _ in faults(result.dropped)} == {"phone"}


def test_messages_hold_no_cell() -> None:
    result = validated(email="secret@@x", phone="secret", locale="secret")
    assert not any("secret" in message for found in (*result.rejected, *result.dropped) for message in found["message"])


@pytest.mark.parametrize(
    "value",
    [
        "a@b.se",
        "o'hara+tag@sub.acme.example",
        "françois0@adventure-works.com",
        "ann@räksmörgås.se",
        "josé@acme.example",
        "a@corp.local",
        "a@x.test",
    ],
)
def test_addresses_that_can_be_delivered_somewhere_are_addresses(value: str) -> None:
    assert one(is_email, value)


@pytest.mark.parametrize(
    "value",
    [None, "@b.se", "a@b", "josé@localhost", "a@@b.se", "a b@c.se", "a.@b.se", ".a@b.se", "a..b@c.se", "a@-b.se", "a@b-.se", "a@b..se",
     "a@b.se,c@d.se", "Ann <a@b.se>", "a@[127.0.0.1]", "x" * 65 + "@b.se", "a@" + "b" * 64 + ".se", "a@b.se\n", "a\u200b@b.se"],
)  # fmt: skip
def test_what_no_server_would_take_is_no_address(value: str | None) -> None:
    assert not one(is_email, value)


@given(st.from_regex(r"\A[a-z.'@-]{1,6}@[a-z.-]{1,8}\.[a-z]{2}\Z"))
def test_the_pattern_for_plain_addresses_accepts_nothing_that_the_library_refuses(value: str) -> None:
    import email_validator

    try:
        email_validator.validate_email(value, check_deliverability=False, globally_deliverable=False, strict=True)
        expected = True
    except email_validator.EmailNotValidError:
        expected = False
    assert one(is_email, value) == expected


@pytest.mark.parametrize("value", ["007", "0", "E-1042", "åäö", "x" * 64, "a.b/c#1", "NA"])
def test_an_employee_number_is_any_text_without_blanks(value: str) -> None:
    assert one(is_employee_id, value)


@pytest.mark.parametrize("value", [None, "a b", "a\tb", "a\u00a0b", "a\u200bb", "\x01", "x" * 65])
def test_blanks_and_invisible_characters_make_no_employee_number(value: str | None) -> None:
    assert not one(is_employee_id, value)


@pytest.mark.parametrize("value", ["NULL", "None", "nan", "(blank)", "undefined", "-", "****", "_"])
def test_a_word_for_nothing_is_no_employee_number(value: str) -> None:
    assert not one(is_employee_id, value)


@pytest.mark.parametrize(
    "name",
    ["Null", "None", "Na", "-", ".", "X", "Meyer 2nd", "Meyer20401", "Meyer (20401)", "\u5f20", "\u0418\u0432\u0430\u043d", "\u0627\u0628"],
)
def test_what_people_are_called_is_a_name(name: str) -> None:
    assert faults(validated(last_name=name).rejected) == []


@pytest.mark.parametrize("name", ["Meyer 20401", "20401 Meyer", "Meyer 2026-11-30", "123", "meyer@x.se"])
def test_no_surprise_what_is_a_number_or_has_one_in_it_is_no_name(name: str) -> None:
    assert faults(validated(last_name=name).rejected) == [(5, "last_name", "name")]


@pytest.mark.parametrize("address", ["noel@x.se", "nora.reply@x.se", "ingen.lund@x.se", "nobody.jones@x.se", "unknownsson@x.se"])
def test_an_address_that_only_begins_like_one_for_nobody_is_somebodys(address: str) -> None:
    assert faults(validated(email=address).rejected) == []


@pytest.mark.parametrize("account", ["1111111111", "9999-999 999", "1234567890", "0123456789", "12345678"])
def test_no_surprise_an_account_that_stands_for_none_is_none(account: str) -> None:
    assert not one(is_account, account)
    assert one(is_account, account + "0027")


@pytest.mark.parametrize(
    "account",
    ["5E3550000000054910000003", "$E3550000000054910000003", "S E3550000000054910000003", "Account: SE3550000000054910000003"],
)
def test_beside_ibans_one_that_was_misread_or_has_a_word_before_it_is_none(account: str) -> None:
    ibans = ["SE3550000000054910000003", "NO9386011117947"] * 2
    assert list(is_account(pd.Series([*ibans, account, "5000-1234567", "BG 123-4567"], dtype="str"))) == [*[True] * 4, False, True, True]


@pytest.mark.parametrize(
    "account", ["S\u04153550000000054910000003", "SE\uff13550000000054910000003", "\uff15000-1234567", "5000-\u0661234567"]
)
def test_letters_and_digits_of_another_alphabet_make_no_account(account: str) -> None:
    assert not one(is_account, account)


def test_only_what_begins_like_an_iban_must_be_one() -> None:
    assert one(is_account, "SE3550000000054910000003")
    assert not one(is_account, "SE35500000000549100000")
    assert one(is_account, "5000-1234567")
    assert one(is_account, None)


def test_a_failure_without_a_row_is_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    import pandera.pandas as pa

    import roster.intake.validation

    monkeypatch.setattr(roster.intake.validation, "schema", lambda columns: pa.DataFrameSchema({"not there": pa.Column("str")}))
    with pytest.raises(Unfit, match="shape of a roster"):
        validated()
