import pandas as pd
import pytest

from roster.digests import digest_column, record_column

KEY = b"0123456789abcdef0123456789abcdef"


def digest(key=KEY, **columns):
    return digest_column(pd.DataFrame(columns).astype("str"), key)


def test_the_same_values_have_the_same_digest_whatever_the_order_of_columns():
    assert digest(a=["1"], b=["2"]).equals(digest(b=["2"], a=["1"]))


def test_values_that_move_between_columns_or_change_have_another_digest():
    digests = pd.concat([digest(a=["1"], b=["2"]), digest(a=["2"], b=["1"]), digest(a=["12"], b=[""]), digest(a=["1"], b=[None])])
    assert digests.is_unique


def test_a_column_without_a_value_does_not_change_a_digest():
    assert digest(a=["1"], b=[None]).equals(digest(a=["1"]))


def test_another_key_gives_other_digests():
    assert digest(a=["1"])[0] != digest(a=["1"], key=KEY[::-1])[0]
    with pytest.raises(ValueError, match="16 bytes"):
        digest(a=["1"], key=b"short")


def test_digests_stand_on_the_frames_index_and_are_the_same_in_every_process():
    frame = pd.DataFrame({"a": ["x", "y"]}, index=[7, 3])
    digests = digest_column(frame, KEY)
    assert digests.index.tolist() == [7, 3]
    assert digests.dtype == "str"
    assert digests[7] == "c263772813f8d546e62939217320d370"


def test_an_empty_frame_has_an_empty_column():
    assert digest_column(pd.DataFrame({"a": pd.Series([], dtype="str")}), KEY).dtype == "str"


def test_records_that_say_the_same_have_the_same_hash_and_no_others():
    frame = pd.DataFrame({"a": ["1", "2", "12", "1", "1", "1"], "b": ["2", "1", "", None, "2", ""]}).astype("str")
    hashes = record_column(frame, KEY)
    assert hashes[0] == hashes[4]
    assert hashes.drop(4).is_unique
    assert record_column(frame[["b", "a"]], KEY).equals(hashes)
    assert record_column(frame[2:], KEY).equals(hashes[2:])
    assert not record_column(frame, KEY[::-1]).isin(hashes).any()


def test_digests_are_those_that_ledgers_keep_already():
    people = {"email": ["åsa@acme.example", None], "last_name": ["Ö;=:", "b"]}
    kept = ["4f16d1ee9d750ccad4b8a7c748cd2d91", "76b4b50e706b1e6a0ff0c1d823c4cd7c"]
    assert digest_column(pd.DataFrame(people, dtype="str"), b"k" * 16).tolist() == kept
