"""What became of a night on which nothing was sent."""

from destinations import engine
from roster.plan import landing
from tests.unit.destinations.expensify.nightly import at_home, company, sandbox

__all__ = ["company", "sandbox"]  # fixtures


def test_true_report_the_reading_of_the_plan_is_not_compared_again_and_what_a_newer_one_shows_is_drift(company, monkeypatch):
    people = at_home("1"), at_home("2", manager_id="1")
    company.sync(*people)
    night = company.sync(*people)
    company.members()["2@acme.example"]["employeeID"] = "9"
    newer = engine.read(night.adapter, night.access, company.ledger, night.taken.roster)

    def drift(known, planned_from):
        given = night.plan, night.attempt.run_id, night.drawn.desired, None
        found = engine.landed(night.adapter, night.access, company.ledger, *given, current=known, planned_from=planned_from)
        return found.drift["person"].tolist()

    assert drift(newer, False) == ["2"]
    monkeypatch.delattr(landing, "not_as_wanted")
    assert drift(night.known, True) == []
