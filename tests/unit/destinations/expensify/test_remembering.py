"""What is remembered of who was put where: since when, until when, and at what cost."""

import pytest
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import writing
from tests.unit.destinations.expensify.nights import OWNER, seeded
from tests.unit.roster.frames import person

further = pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_planning.py::test_whoever_is_not_yet_in_a_further_policy_is_written_once_and_then_left_alone"
)

BOSS = person("1")


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_planning.py::test_whoever_is_not_yet_in_a_further_policy_is_written_once_and_then_left_alone"
)
def test_what_an_earlier_version_put_there_is_remembered_from_the_first_night_in_step(company):
    acme = company(seeded("P1", "P3"))
    acme.begin(BOSS, person("2", extra_more="P3"))
    with acme.ledger as ledger, writing(ledger.engine) as connection:
        connection.execute(sa.update(tables.acknowledged).values(fields='{"workerStatus":"Active"}'))
    acme.night(BOSS, person("2", extra_more="P3"))
    assert acme.sent() == []
    acme.night(BOSS)
    assert acme.members("P3") == set()


@further
def test_of_a_policy_that_was_deleted_nothing_is_said_once_the_person_is_forgotten(company):
    acme = company(seeded("P1", "P3"))
    acme.begin(BOSS, person("2", extra_more="P3"))
    del acme.box.state["expensify"]["policies"]["P3"]
    acme.night(BOSS)
    assert acme.night(BOSS).still_in() == [("2", "P3")]
    with acme.ledger as ledger:
        ledger.people.forget("2")
    assert acme.night(BOSS).still_in() == []


@further
def test_two_hundred_policies_take_two_calls_to_read_and_one_to_write(company):
    policies = [f"{number:016X}" for number in range(200)]
    acme = company(seeded(*policies))
    people = [BOSS | {"extra_policy": policies[0]}]
    people += [person(str(n), extra_policy=policies[n], extra_more=policies[-n], manager_id="1") for n in range(2, 200)]
    acme.night(*people)
    read = ["get policyList", "get policy"]
    assert acme.calls == [*read, "update employees", *read]
    assert acme.night(*people).calls == read
    assert acme.night(*people[:100]).calls == [*read, "update employees", *read]
    assert acme.still_in() == []
    assert OWNER in acme.box.state["expensify"]["policies"][policies[150]]["members"]
