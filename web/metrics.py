"""What Prometheus scrapes: how each company stands, read from the ledger at the moment it is asked.

Belongs here: the names of metrics, what they mean, their labels. Does not belong here: what is counted (``resources.ledger.figures``), the
server (``web.observed``), whether the parts of an installation are alive (``web.health``).

Labels are companies, destinations and words of ours; no person, no cell, no path. A ledger that cannot be read is ``rollcall_ledger_up 0``
and nothing else: a figure that is not known is not there, and never 0.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assets import mistakes, names
from destinations import registry
from resources import places
from resources.failures import Failed
from resources.ledger import Ledger
from resources.ledger.figures import STATES, Synced

OF_COMPANY: Final = {
    "rollcall_company_folder": "1: the company has a folder; 0: the ledger knows it, and its folder has another name or is gone.",
    "rollcall_company_settings_loaded": "1: the company can be loaded; 0: there is a mistake in its defs.yaml, or in what it stands for.",
    "rollcall_company_figures_read": "1: the ledger has told how the company stands; 0: what it holds of it cannot be made out.",
    "rollcall_company_people": "People whom any destination has taken over.",
    "rollcall_last_run_began_timestamp_seconds": "When the company's newest run began.",
    "rollcall_last_run_duration_seconds": "How long the company's newest run took, once it has ended.",
    "rollcall_hr_file_modified_timestamp_seconds": "When HR wrote the file that was last taken in; where that is not known, first seen.",
    "rollcall_hr_file_taken_timestamp_seconds": "When HR's file was last taken in.",
    "rollcall_alerts_not_taken": "Messages of the company's alerts that no target has taken yet: tried again, or given up.",
}
OF_DESTINATION: Final = {
    "rollcall_last_success_timestamp_seconds": "When a sync for everyone last wrote to this destination and read it back.",
    "rollcall_intended_people": "Of that sync: people planned to be written.",
    "rollcall_accepted_people": "Of that sync: people whose write the destination accepted.",
    "rollcall_landed_people": "Of that sync: people whose write reading back shows.",
    "rollcall_missing_people": "Of that sync: people whose write was accepted, and reading back shows otherwise.",
    "rollcall_not_visible_people": "Of that sync: people whose write was accepted, and no reading can show.",
    "rollcall_held_people": "Of that sync: people whose changes were held.",
    "rollcall_skipped_people": "Of that sync: people who were left out, each with a reason.",
    "rollcall_refused_people": "Of that sync: people whom the destination refused.",
    "rollcall_unknown_people": "Of that sync: people of whom no answer came and none was seen.",
    "rollcall_leavers_active_people": "Of that sync: people who have left and are still active there, or may be.",
    "rollcall_without_approver_people": "Of that sync: active people without an active approver.",
    "rollcall_strangers_people": "Of that sync: accounts that HR's file does not know.",
    "rollcall_waiting_people": "People whose changes wait for a release now, by the newest plan.",
}
COUNTERS: Final = {
    "rollcall_calls": "Calls sent to the destination, repeated ones too, by runs that ended by themselves.",
    "rollcall_call_seconds": "Seconds that these calls took.",
    "rollcall_rate_window_waits": "Calls that waited for one of the destination's rate windows.",
    "rollcall_rate_window_wait_seconds": "Seconds that calls waited for rate windows.",
}
_STATE: Final = "rollcall_last_run_state"


@dataclass
class _Families:
    """The metrics of one scrape, by name."""

    made: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.made |= {name: GaugeMetricFamily(name, help, labels=["company"]) for name, help in OF_COMPANY.items()}
        self.made |= {name: GaugeMetricFamily(name, help, labels=["company", "destination"]) for name, help in OF_DESTINATION.items()}
        self.made |= {name: CounterMetricFamily(name, help, labels=["company", "destination"]) for name, help in COUNTERS.items()}
        about = "1 for the state of the company's newest run: finished, stopped, under_way, died."
        self.made[_STATE] = GaugeMetricFamily(_STATE, about, labels=["company", "job", "state"])

    def set(self, name: str, value: float | None, *labels: str) -> None:
        """One sample; what is not known is none."""
        if value is not None:
            self.made[name].add_metric(labels, float(value))


class Companies(Collector):
    """Every company of the ledger, and every one that has a folder."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[tuple[int, int], bool]] = {}

    def collect(self) -> Iterable[Metric]:
        """The metrics as they are now."""
        found, up = _Families(), 1.0
        try:
            with Ledger.open(places.ledger_url(), "") as ledger:
                known = ledger.companies()
                people = ledger.whole.people()
                for company in sorted({*known, *names.companies()}):
                    self._folder(found, company)
                    found.set("rollcall_company_people", people.get(company, 0), company)
                    if company in known:
                        found.set("rollcall_company_figures_read", _read(found, Ledger(ledger.engine, company)), company)
        except Failed:
            found, up = _Families(), 0.0
        yield GaugeMetricFamily("rollcall_ledger_up", "1: the ledger can be read.", value=up)
        yield from found.made.values()

    def describe(self) -> Iterable[Metric]:
        """Nothing: whoever registers this asks no ledger for it."""
        return []

    def _folder(self, found: _Families, company: str) -> None:
        file = names.companies_folder() / company / "defs.yaml"
        found.set("rollcall_company_folder", file.is_file(), company)
        if file.is_file():
            found.set("rollcall_company_settings_loaded", self._loads(company), company)

    def _loads(self, company: str) -> bool:
        """Whether the company can be loaded; of a file that has not changed it is not asked again."""
        file = names.companies_folder() / company / "defs.yaml"
        try:
            seen = file.stat().st_mtime_ns, file.stat().st_size
        except OSError:
            return False
        if self._read.get(company, (None, False))[0] != seen:
            self._read[company] = seen, not mistakes.of(file)
        return self._read[company][1]


def _read(found: _Families, ledger: Ledger) -> bool:
    """Whether a company's figures could be made out: one whose cannot hides no other's."""
    try:
        _company(found, ledger)
    except Failed:  # the database, and so it is everybody's
        raise
    except Exception:
        return False
    return True


def _company(found: _Families, ledger: Ledger) -> None:
    company = ledger.company
    if run := ledger.figures.newest_run():
        found.set("rollcall_last_run_began_timestamp_seconds", run.began.timestamp(), company)
        if run.ended:
            found.set("rollcall_last_run_duration_seconds", (run.ended - run.began).total_seconds(), company)
        for state in STATES:
            found.set(_STATE, run.state == state, company, run.job.removeprefix(f"{company}_"), state)
    if file := ledger.figures.newest_file():
        found.set("rollcall_hr_file_modified_timestamp_seconds", file.modified.timestamp(), company)
        found.set("rollcall_hr_file_taken_timestamp_seconds", file.taken.timestamp(), company)
    not_taken = sum(one.waiting + one.given_up for one in ledger.alerts.failing())
    found.set("rollcall_alerts_not_taken", not_taken, company)
    for synced in ledger.figures.synced():
        for name, value in _of_sync(synced):
            found.set(name, value, company, synced.destination)
    for destination, people in ledger.figures.waiting().items():
        found.set("rollcall_waiting_people", people, company, destination)
    by_title = {title: name for name, title in registry.titles().items()}
    for title, counted in ledger.traffic.all().items():
        values = (counted.calls, counted.seconds, counted.waits, counted.waited)
        for name, value in zip(COUNTERS, values, strict=True):
            found.set(name, value, company, by_title.get(title, title))


def _of_sync(synced: Synced) -> Iterator[tuple[str, float | None]]:
    facts, actions = synced.facts, synced.actions
    numbers: Mapping[str, int] = facts.numbers
    yield "rollcall_last_success_timestamp_seconds", synced.at.timestamp()
    for name in ("intended", "accepted", "landed", "missing", "not_visible", "held", "refused", "unknown"):
        yield f"rollcall_{name}_people", numbers.get(name)
    yield "rollcall_skipped_people", facts.outcomes.get("skipped", actions.get("skip", 0))
    yield "rollcall_leavers_active_people", synced.leavers_active
    yield "rollcall_without_approver_people", None if facts.without_approver is None else len(facts.without_approver)
    yield "rollcall_strangers_people", facts.strangers
