"""Lists that the ledger keeps of people beside the fields of their record."""

import json

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from roster.plan import memory
from roster.records import compact

NAMES = ("policies", "former")
words = st.text(max_size=6)
lists = st.dictionaries(st.sampled_from(["1", "2", "3"]), st.sets(words, min_size=1, max_size=3))
fields = st.fixed_dictionaries({}, optional={"approvalLimit": words, "policies": st.lists(words, max_size=2), "zeta": words})


def ledger(*texts):
    return pd.DataFrame({"employee_id": [str(at + 1) for at in range(len(texts))], "fields": list(texts)}, dtype="str")


@given(st.lists(fields, min_size=3, max_size=3), lists, lists)
def test_what_is_put_is_read_again_and_nothing_else_of_the_fields_is_touched(before, first, second):
    known = ledger(*(compact(one) for one in before))
    entries = [
        pd.DataFrame([(who, value) for who in some for value in some[who]], columns=["employee_id", "value"]) for some in (first, second)
    ]
    kept = pd.DataFrame({name: memory.listed(each.astype("str")) for name, each in zip(NAMES, entries, strict=True)}).astype("str")
    after = known.assign(fields=memory.put(known["fields"], known["employee_id"], kept))
    for was, text, number in zip(before, after["fields"], known["employee_id"], strict=True):
        wanted = {name: sorted(some[number]) for name, some in zip(NAMES, (first, second), strict=True) if number in some}
        assert json.loads(text) == {**{name: value for name, value in was.items() if name not in NAMES}, **wanted}
    for name, some in zip(NAMES, (first, second), strict=True):
        found = memory.each(after, name)
        assert set(zip(found["employee_id"], found["value"], strict=True)) == {(who, value) for who in some for value in some[who]}


def test_a_text_that_reads_like_a_list_is_none():
    known = ledger(compact({"note": '"policies":["P1"]'}), compact({"policies": []}), "{}")
    assert memory.each(known, "policies").empty
    assert memory.without(known["fields"], NAMES).tolist() == [compact({"note": '"policies":["P1"]'}), "{}", "{}"]
