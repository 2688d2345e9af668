from urllib.parse import parse_qsl, urlencode

from hypothesis import example, given
from hypothesis import strategies as st

from resources import forms

FIELDS = st.dictionaries(st.text(), st.text(), max_size=4)
EVERY = "".join(map(chr, range(0x180))) + "  %25%+&=\u2028\ufeff\U0001f600"


@given(FIELDS)
@example({"requestJobDescription": EVERY, "data": EVERY[::-1]})
def test_a_form_is_byte_for_byte_what_urlencode_makes_of_it(fields):
    assert forms.encoded(fields) == urlencode(fields).encode()


@given(FIELDS)
@example({EVERY: EVERY})
def test_a_form_decoder_reads_what_was_put_in(fields):
    assert dict(parse_qsl(forms.encoded(fields).decode(), keep_blank_values=True)) == fields


def test_a_request_has_its_fields_as_content_and_says_so_beside_what_else_it_has():
    written = forms.written({"data": {"a": "1 2"}, "headers": {"X-Own": "yes"}, "params": {"b": "3"}})

    kind = "application/x-www-form-urlencoded"
    assert written == {"content": b"a=1+2", "headers": {"Content-Type": kind, "X-Own": "yes"}, "params": {"b": "3"}}


def test_a_request_without_fields_stays_as_it_is():
    content = {"content": b"[]", "headers": {"Content-Type": "application/json"}}

    assert forms.written(content) == content
