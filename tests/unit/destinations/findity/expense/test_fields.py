"""Settings in the fields format: whatever its shape, they are set, in the order that they need, and it comes to an end."""

import pytest

from destinations.findity.expense.fields import MOST_ROUNDS, NotSettled, changed, fields, settle
from resources.failures import Permanent


def field(name, value, **more):
    return {"id": name, "value": value, **more}


SHAPES = [
    {"fields": [{"id": "group", "fields": [field("language", "sv_SE"), field("theme", "LIGHT")]}]},
    [{"groupId": "g", "fields": [field("language", "sv_SE")]}, {"groupId": "h", "fields": [field("theme", "LIGHT")]}],
    {"g": {"language": {"value": "sv_SE"}, "theme": {"value": "LIGHT"}}},
    {"groups": {"g": {"fields": [{"key": "language", "value": "sv_SE"}, {"key": "theme", "value": "LIGHT"}]}}},
    {"data": [{"name": "language", "value": "sv_SE"}, {"name": "theme", "value": "LIGHT", "requiresUpdate": True}]},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_fields_are_found_and_changed_in_any_likely_shape(shape):
    assert {name: one["value"] for name, one in fields(shape).items()} == {"language": "sv_SE", "theme": "LIGHT"}
    assert fields(changed(shape, {"theme": "DARK"}))["theme"]["value"] == "DARK"
    assert fields(shape)["theme"]["value"] == "LIGHT"


def test_a_field_may_show_no_value_yet():
    assert fields([{"id": "theme", "requiresUpdate": True}]).keys() == {"theme"}


@pytest.mark.parametrize("shape", [None, {}, [], {"errorCode": "X"}, [field("a", 1), field("a", 2)]])
def test_a_structure_that_is_not_understood_is_not_sent_back(shape):
    with pytest.raises(Permanent):
        settle({"a": 3}, lambda: shape, lambda _: pytest.fail("was sent"))


class Server:
    """Works out what depends on what; how many structures it was sent."""

    def __init__(self, answers=True):
        self.values, self.sent, self.answers = {"language": "sv_SE", "region": "sv_SE", "theme": "LIGHT"}, [], answers

    def structure(self):
        more = {"prompts": None} if self.values["theme"] == "DARK" else {}
        updating = ("language", "theme")
        return {"fields": [field(name, value, requiresUpdate=name in updating) for name, value in ({**more, **self.values}).items()]}

    def take(self, structure):
        given = {name: one["value"] for name, one in fields(structure).items()}
        self.sent.append(dict(given))
        if given["language"] != self.values["language"]:
            given["region"] = given["language"]
        self.values = given
        return self.structure() if self.answers else None


@pytest.mark.parametrize("answers", [True, False])
def test_what_changes_others_goes_first_and_what_it_brings_after_it(answers):
    server = Server(answers)
    wanted = {"region": "en_US", "language": "nb_NO", "theme": "DARK", "prompts": "never"}
    stands = settle(wanted, server.structure, server.take)
    assert {name: fields(stands)[name]["value"] for name in wanted} == wanted
    assert len(server.sent) == 2
    assert server.sent[0]["region"] == "sv_SE"


def test_what_stands_already_is_not_sent():
    server = Server()
    settle({"theme": "LIGHT"}, server.structure, server.take)
    assert server.sent == []


def test_a_field_that_is_not_there_stops_it_before_anything_is_sent():
    server = Server()
    with pytest.raises(Permanent, match="no field prompts"):
        settle({"prompts": "never", "region": "en_US"}, server.structure, server.take)
    assert server.sent == []


def test_a_value_that_is_not_kept_is_sent_once_and_named_without_it():
    sent = []
    with pytest.raises(NotSettled, match="for theme") as failure:
        settle({"theme": "DARK"}, Server().structure, sent.append)
    assert (len(sent), failure.value.names) == (1, {"theme"})
    assert "DARK" not in str(failure.value)


def test_a_structure_that_never_stands_still_ends():
    sent, values = [], {"a": 0, "b": 0}

    def send(structure):
        sent.append(structure)
        values.update({"a": 1, "b": 0} if len(sent) % 2 else {"a": 0, "b": 1})

    with pytest.raises(NotSettled):
        settle({"a": 1, "b": 1}, lambda: [field(name, value) for name, value in values.items()], send)
    assert len(sent) <= MOST_ROUNDS + 1
