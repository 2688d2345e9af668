"""What becomes of HR's file once everything of it has landed, and when nothing does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from resources.failures import Permanent
from resources.hr.sftp import Sftp

further = pytest.mark.long(held_by="tests/graph/triggers/test_afterwards.py::test_a_file_is_put_away_only_once_it_has_landed_everywhere")

FILE = "people_2026-11-20.csv"
PREPARED = {"archive": {"afterwards": "archive", "archive": "done"}, "delete": {"afterwards": "delete"}, "leave": {}}


@pytest.fixture
def acme(empty: Any, over_sftp: Any) -> Callable[..., Any]:
    """A company whose file is dealt with in this way."""
    return lambda afterwards, **settings: empty(**over_sftp(**PREPARED[afterwards]), **settings)


def lies(acme: Any) -> list[str]:
    """The files on the server."""
    folder = acme.folder / "inbox"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def shown(run_id: str) -> str:
    with dg.DagsterInstance.get() as instance:
        events = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    made = [entry.get_dagster_event().event_specific_data.materialization for entry in events]
    (report,) = [one for one in made if one.asset_key.path[-1] == "sync_report"]
    return report.metadata["HR's file"].value


def test_a_file_is_put_away_only_once_it_has_landed_everywhere(acme: Any) -> None:
    acme = acme("archive")
    acme.box.fault(api="findity", job="PUT users", status=403, times=None)
    failed = acme.run("sync")
    assert not failed.succeeded
    assert acme.outcome("expensify", failed.run_id)["E01"] == "created"
    assert lies(acme) == [FILE]
    # The newest run's reports are not a landing either.
    assert acme.quickly("report").succeeded
    assert lies(acme) == [FILE]

    acme.box.heal()
    again = acme.again(failed)
    assert again.succeeded, again
    assert lies(acme) == [f"done/{FILE}"]


@further
@pytest.mark.parametrize(("afterwards", "left"), [("delete", []), ("leave", [FILE])])
def test_a_file_that_has_landed_is_left_unless_the_settings_say_otherwise(acme: Any, afterwards: str, left: list[str]) -> None:
    acme = acme(afterwards, findity=None)
    assert acme.quickly("sync").succeeded
    assert lies(acme) == left


@further
def test_a_sync_for_some_people_leaves_the_file_for_the_others(acme: Any) -> None:
    acme = acme("delete", findity=None)
    result = acme.quickly("one", employee_ids=["E02"])
    assert result.succeeded, result
    assert lies(acme) == [FILE]


@pytest.mark.long(held_by="tests/graph/triggers/test_afterwards.py::test_a_file_is_put_away_only_once_it_has_landed_everywhere")
def test_a_file_stays_while_changes_of_it_are_held(acme: Any) -> None:
    acme = acme("delete", findity=None, first_sync="hold")
    assert acme.quickly("sync").succeeded
    assert lies(acme) == [FILE]


def test_a_file_that_the_gate_refuses_stays(acme: Any) -> None:
    acme = acme("delete", findity=None)
    acme.file("2026-11-20", acme.people(), rows=99)
    assert not acme.quickly("sync").succeeded
    assert lies(acme) == [FILE]


@further
def test_a_file_that_cannot_be_put_away_fails_nothing_and_the_report_says_so(acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> bool:
        raise Permanent("The SFTP server does not let this user delete the file.", "Ask for the right.")

    acme = acme("delete", findity=None)
    with monkeypatch.context() as patch:
        patch.setattr(Sftp, "put_away", refused)
        result = acme.run("sync")
    assert result.succeeded, result
    assert "does not let this user delete" in shown(result.run_id)
    # Days later, writing the reports once more is no reason to touch the file.
    assert acme.quickly("report").succeeded
    assert lies(acme) == [FILE]


@further
def test_a_newer_file_of_the_same_name_is_not_put_away_for_the_older_one(acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = acme("delete", findity=None)
    put_away = Sftp.put_away

    def late(self: Sftp, *given: Any) -> bool:
        with Path(acme.folder / "inbox" / FILE).open("a") as out:
            out.write("E13;")
        return put_away(self, *given)

    monkeypatch.setattr(Sftp, "put_away", late)
    assert acme.quickly("sync").succeeded
    assert lies(acme) == [FILE]
