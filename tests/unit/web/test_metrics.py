"""What is served to Prometheus of companies in every state, and that it names nobody."""

import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from resources.ledger import Ledger
from resources.traffic import Counted
from tests.monitoring.conftest import MODIFIED, nights, served  # noqa: F401 - a fixture
from web import metrics


def get(url, method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as reply:
            return reply.status, reply.headers, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


@pytest.fixture(scope="module")
def text(nights):  # noqa: F811
    with served() as url:
        status, headers, body = get(f"{url}/metrics")
        assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
        return body


@pytest.fixture(scope="module")
def samples(text):
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name, *sample.labels.values()] = sample.value
    return found


def test_true_report_a_destination_shows_the_numbers_of_its_newest_sync(nights, samples):  # noqa: F811
    there = ("acme", "expensify")
    numbers = nights.night.numbers
    for name in ("intended", "accepted", "landed", "missing", "refused", "unknown", "held"):
        assert samples[f"rollcall_{name}_people", *there] == numbers[name], name
    assert numbers["intended"] == numbers["landed"] == 1
    outcomes = nights.night.outcome.values()
    assert samples["rollcall_skipped_people", *there] == sum(one == "skipped" for one, _ in outcomes)
    assert samples["rollcall_leavers_active_people", *there] == 0
    assert samples["rollcall_without_approver_people", *there] == 0


def test_it_says_when_that_was_and_how_long_the_newest_run_took(nights, samples):  # noqa: F811
    run = nights.ledger.runs.all().iloc[-1]
    assert samples["rollcall_last_success_timestamp_seconds", "acme", "expensify"] <= run["ended"].timestamp()
    assert samples["rollcall_last_run_began_timestamp_seconds", "acme"] == pytest.approx(run["began"].timestamp())
    assert samples["rollcall_last_run_duration_seconds", "acme"] == pytest.approx((run["ended"] - run["began"]).total_seconds())
    assert samples["rollcall_last_run_state", "acme", "sync", "finished"] == 1
    assert [samples["rollcall_last_run_state", "acme", "sync", state] for state in ("stopped", "under_way", "died")] == [0, 0, 0]


def test_it_shows_the_age_of_hrs_file_and_the_calls(samples):
    assert samples["rollcall_hr_file_modified_timestamp_seconds", "acme"] == MODIFIED.timestamp()
    assert samples["rollcall_calls_total", "acme", "expensify"] > 2
    assert samples["rollcall_call_seconds_total", "acme", "expensify"] > 0
    assert samples["rollcall_rate_window_waits_total", "acme", "expensify"] == 0


def test_each_company_is_there_whatever_is_the_matter_with_it(samples):
    assert {name: samples["rollcall_company_folder", name] for name in ("acme", "idle", "broken", "gone")} == {
        **{"acme": 1, "idle": 1, "broken": 1, "gone": 0}
    }
    assert {name: samples["rollcall_company_settings_loaded", name] for name in ("acme", "idle", "broken")} == {
        **{"acme": 1, "idle": 1, "broken": 0}
    }
    assert samples["rollcall_last_run_state", "gone", "sync", "died"] == 1, "it has ended nowhere and gives no sign of life"


def test_what_is_not_known_is_not_there_and_never_0(samples):
    assert not [name for name in samples if name[1:2] == ("idle",) and name[0] not in metrics.OF_COMPANY]
    assert ("rollcall_last_run_duration_seconds", "gone") not in samples
    assert ("rollcall_company_settings_loaded", "gone") not in samples


def test_every_metric_has_a_name_by_prometheus_conventions_and_says_what_it_is(text):
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert set(families) == {
        *metrics.OF_COMPANY,
        *metrics.OF_DESTINATION,
        *metrics.COUNTERS,
        "rollcall_ledger_up",
        "rollcall_last_run_state",
    }
    for family in families.values():
        assert family.documentation
        assert {label for sample in family.samples for label in sample.labels} <= {"company", "destination", "job", "state"}


def test_quiet_no_number_address_or_cell_is_in_it(nights, text):  # noqa: F811
    assert not [word for word in ("E1", "E2", "E3", "@", "people.csv", str(nights.root)) if word in text]


def test_settings_that_are_mended_are_seen_at_the_next_scrape(nights):  # noqa: F811
    collector, file = metrics.Companies(), nights.root / "pipelines" / "broken" / "defs.yaml"
    before = file.read_text()
    assert not collector._loads("broken")
    try:
        file.write_text((nights.root / "pipelines" / "acme" / "defs.yaml").read_text())
        assert collector._loads("broken")
    finally:
        file.write_text(before)
    assert not collector._loads("broken")


def test_a_ledger_that_cannot_be_read_is_no_zeros(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLLCALL_LEDGER", "postgresql://who:zqsecret@127.0.0.1:9/none")
    with served() as url:
        status, _, body = get(f"{url}/metrics")
    lines = [line for line in body.splitlines() if not line.startswith("#")]
    assert (status, lines) == (200, ["rollcall_ledger_up 0.0"])


def test_a_company_whose_rows_cannot_be_made_out_hides_no_other(nights, monkeypatch):  # noqa: F811
    whole = metrics._company

    def broken(found, ledger):
        if ledger.company == "acme":
            raise KeyError("zqcell")
        whole(found, ledger)

    monkeypatch.setattr(metrics, "_company", broken)
    with served() as url:
        _, _, body = get(f"{url}/metrics")
    assert 'rollcall_company_figures_read{company="acme"} 0.0' in body
    assert 'rollcall_company_figures_read{company="gone"} 1.0' in body
    assert 'rollcall_last_run_state{company="gone",job="sync",state="died"} 1.0' in body
    assert "zq" not in body


def test_changes_that_wait_are_counted_until_they_are_released(tmp_path, monkeypatch):
    from tests.unit.resources.ledger.test_retention import sync

    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        sync(ledger, "run", held=True)
        assert set(ledger.figures.waiting()) == {"expensify"}


def test_a_count_goes_on_from_run_to_run(tmp_path):
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        ledger.traffic.add({"There": Counted(3, 1.5, 1, 60.0)})
        ledger.traffic.add({"There": Counted(2, 0.5, 0, 0.0), "Elsewhere": Counted(1, 0.1)})
        ledger.traffic.add({})
        assert ledger.traffic.all() == {"There": Counted(5, 2.0, 1, 60.0), "Elsewhere": Counted(1, 0.1)}
