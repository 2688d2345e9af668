"""A third destination in parts, through real runs: each book is a destination of its own, and one that fails stops no other."""

from typing import Any

import dagster as dg
import pytest

from tests.destinations.conftest import Shelf, said

pytestmark = pytest.mark.long(
    held_by="tests/destinations/test_third_syncs.py::test_a_first_sync_writes_a_line_for_everybody_and_leaves_strangers_alone"
)

BOOKS = {
    "ledgerbook__others": {"north": {"file": {"env": "NORTH_FILE"}}},
    "ledgerbook__book_of": {"column": "company_code", "values": {"SE": "main", "NO": "north"}},
}
IN_MAIN, IN_NORTH = {"E01", "E02", "E03", "E04", "E09", "E10", "E11", "E12"}, {"E05", "E06", "E07", "E08"}


def active(book: Shelf) -> set[str]:
    return {number for number, line in book.lines.items() if line["active"] and number.startswith("E")}


def rows(acme: Any) -> dict[str, Any]:
    """The company, with somebody in the north who leads everyone there."""
    people: dict[str, Any] = acme.people()
    for number in IN_NORTH:
        people[number]["Boss"] = "" if number == "E07" else "E07"
    return people


def test_each_book_is_a_destination_and_one_that_fails_stops_no_other(empty: Any, tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("NORTH_FILE", str(tmp_path / "north.json"))
    acme, north = empty(**BOOKS), Shelf(tmp_path / "north.json")
    groups = {group for one in acme.defs.resolve_asset_graph().asset_nodes if (group := one.group_name).startswith("acme_ledgerbook")}
    assert groups == {"acme_ledgerbook_main", "acme_ledgerbook_north"}
    acme.file("2026-11-20", rows(acme))
    assert acme.quickly("sync").succeeded
    assert (active(acme.book), active(north)) == (IN_MAIN, IN_NORTH)
    people = rows(acme)
    people["E04"] |= {"Firm": "NO", "Boss": "E07"}
    people["E09"]["Firm"] = "DK"
    acme.file("2026-11-21", people)
    assert acme.quickly("sync").succeeded
    assert "E04" in active(acme.book) & active(north), "nobody leaves one before the other has them"
    acme.commands(monkeypatch)
    told = " ".join(said("why", "acme", "E09").split())
    assert "HR's word for their book is not known" in told
    assert "DK" in told
    assert "E09" in active(acme.book)
    # The other book cannot be opened; this one lets go of whoever has moved, and takes who joins.
    north.file.write_text("no book")
    people["E13"] = {**people["E12"], "No": "E13", "Mail": "new@acme.example", "IBAN": ""}
    acme.file("2026-11-22", people)
    failed = acme.quickly("sync")
    assert not failed.succeeded
    assert "E13" in active(acme.book)
    assert "E04" not in active(acme.book)
    with dg.DagsterInstance.get() as instance:
        assert "DK" not in " ".join(entry.to_json() for entry in instance.all_logs(failed.run_id))
