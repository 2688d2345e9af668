"""Everything goes wrong to a company of canaries; then all that its runs leave behind and a webserver knows is searched for them."""

import stat
from typing import Any

import dagster as dg
import pytest
import yaml

from assets import quiet
from tests.quiet import asking
from tests.quiet.canaries import KEPT, SECRETS, STRANGER, YAML, canaries, forms, given_away, readable
from tests.quiet.webserver import Ask, ask, captured, found, printed_by_server

__all__ = ["ask", "printed_by_server"]  # fixtures


def test_the_search_would_find_a_canary_in_whatever_form(acme: Any) -> None:
    assert given_away("ZÅFIRSTAQ".encode("utf-16-le")) == {"First of Q01"}
    assert given_away(b"x Z%C3%A5firstaq") == given_away(rb"Z\u00e5firstaq") == {"First of Q01"}
    assert all(min(map(len, forms(text))) > 4 for text in canaries().values())


SAID = (
    "wanted and not there: Mail",
    "delimiter",
    "has none of the wanted headers",
    "encoding",
    "the agreed trailer",
    "trailer counts",
    "quote",
    "refused",
    "redirects",
    "did not answer",
    "takes no more requests",
    "refuses the login",
    "private key cannot be read",
    "ledger's database is not available",
    "refuses `user` and `password` of `delivery.download` (HTTP 401)",
)


def test_everything_did_go_wrong(acme: Any, printed: bytes) -> None:
    said = "\n".join(acme.said)
    assert [words for words in SAID if words not in said] == []
    assert len(given_away((quiet.private_folder() / quiet.FILE).read_bytes())) > 20


def test_quiet_nobody_and_no_secret_is_in_what_dagster_keeps(acme: Any, printed: bytes) -> None:
    searched = [path for path in (acme.root / "dagster").rglob("*") if path.is_file() and path.name != quiet.FILE]
    assert {".db", ".err", ".out"} <= {path.suffix for path in searched}
    assert {path.name: leak for path in searched if (leak := given_away(readable(path)))} == {}


def test_quiet_nothing_is_printed_logged_or_said(acme: Any, printed: bytes, logged: list[bytes]) -> None:
    assert given_away(printed) == set()
    assert given_away(b"\n".join(logged)) == set()
    assert given_away("\n".join(acme.said).encode()) == set()


def test_words_that_lead_nowhere_and_things_called_after_people_are_told_to_their_owner(acme: Any, printed: bytes) -> None:
    found = set().union(*(given_away(readable(path)) for path in (acme.root / "home").rglob("*") if path.is_file()))
    assert {"word for an organization", "word that may have been meant"} <= found
    assert any("value/COST_CENTER/Zälastaq".encode() in readable(path) for path in (acme.root / "home").rglob("ledger.db*"))


def test_quiet_no_address_asked_for_says_anything(printed: bytes, asked: list[bytes]) -> None:
    assert len(asked) > 20
    assert given_away(b"\n".join(asked)) == set()


def test_quiet_no_token_that_was_given_out_is_kept_anywhere(acme: Any, printed: bytes) -> None:
    tokens = [*acme.box.state["findity"]["tokens"], *acme.box.state["findity"]["refresh_tokens"]]
    left = printed + b"".join(
        readable(path) for part in ("dagster", "home", "tmp") for path in (acme.root / part).rglob("*") if path.is_file()
    )
    assert tokens
    assert [token for token in tokens if token.encode() in left] == []


def test_quiet_no_feed_that_lies_ready_is_named_anywhere(acme: Any, printed: bytes, logged: list[bytes]) -> None:
    left = printed + b"".join(logged) + "".join(acme.said).encode()
    left += b"".join(readable(path) for part in ("dagster", "home", "tmp") for path in (acme.root / part).rglob("*") if path.is_file())
    assert acme.feeds, "of a run that failed they lie until their hours are over"
    assert [name for name in acme.feeds if name.encode() in left] == []


def test_quiet_people_are_in_the_owners_files_alone_and_those_are_his_alone(acme: Any, printed: bytes) -> None:
    home, private = acme.root / "home", quiet.private_folder() / quiet.FILE
    holding = {path for part in ("home", "tmp") for path in (acme.root / part).rglob("*") if path.is_file() and given_away(readable(path))}
    assert holding
    assert {path.relative_to(home).parts[0] for path in holding} <= KEPT | {"ledger.db", "ledger.db-wal"}
    assert [path for path in (home, *home.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert [path for path in (acme.root / "tmp").rglob("*") if path.is_file()] == []


def test_quiet_no_secret_is_even_in_the_owners_data_and_the_national_number_only_in_the_file(acme: Any, printed: bytes) -> None:
    found = {path: given_away(readable(path)) for path in (acme.root / "home").rglob("*") if path.is_file()}
    numbers = {name for name in canaries() if name.startswith("Personal ID")}
    # What a server said of the people whom it refused is kept as it said it.
    assert {path.name for path, names in found.items() if names & numbers} <= {"content.bin", "replies.json"}
    secrets = {*SECRETS, "proxy user", "proxy password", "database password", "key"} - {"EXPENSIFY_USER"}
    echoed = {path.parent.name for path, names in found.items() if names & secrets}
    assert echoed <= {"sync_result"}


def test_quiet_the_sensor_keeps_and_says_nothing(acme: Any, printed: bytes) -> None:
    attributes = yaml.safe_load(YAML) | {"when": {"arrival": {"every_seconds": 60}}}
    _, defs = acme.build(attributes)
    repository = defs.get_repository_def()
    sensor = repository.get_sensor_def("acme_arrival")
    with dg.DagsterInstance.get() as instance:
        given = {name: made for name, made in dict(defs.resources or {}).items() if name in ("acme_hr", "acme_io")}
        context = dg.build_sensor_context(instance, repository_def=repository, resources=given)
        said = repr(sensor.evaluate_tick(context))
    assert given_away(said.encode()) == set()


def test_quiet_strangers_are_there_and_cannot_be_looked_up(acme: Any, printed: bytes) -> None:
    import hashlib

    kept = readable(acme.root / "dagster" / "history" / "runs.db") if (acme.root / "dagster" / "history" / "runs.db").exists() else b""
    kept += b"".join(readable(path) for path in (acme.root / "dagster").rglob("*.db"))
    assert b"not_in_hr" in kept or b"strangers" in kept
    for account in (STRANGER["email"], "expenses-admin@acme.example", "auditor@revision.example"):
        assert hashlib.sha256(account.encode()).hexdigest()[:12].encode() not in kept


# What a webserver says


@pytest.mark.long(held_by="tests/quiet/test_runs.py::test_quiet_nobody_and_no_secret_is_in_what_dagster_keeps")
def test_quiet_the_webserver_says_nothing_of_anybody_in_runs_and_events(acme: Any, ask: Ask) -> None:
    runs = ask(asking.of_runs())["runsOrError"]["results"]
    said = found(runs)
    assert {run.run_id for run in acme.runs} <= {run["Run_runId"] for run in runs}
    # What is to be seen there was seen: figures, people by number, failures, config.
    for words in (b"Q05", b"takes no more requests", b"The error has been masked", b"Run_runConfigYaml", b"TableMetadataEntry"):
        assert words in said, words
    assert given_away(said) == set()
    files = [(run["Run_runId"], event["LogsCapturedEvent_fileKey"]) for run in runs for event in captured(run)]
    assert files
    assert given_away(b"".join(found(ask(asking.of_logs(*file))) for file in files)) == set()


@pytest.mark.long(held_by="tests/quiet/test_runs.py::test_quiet_nobody_and_no_secret_is_in_what_dagster_keeps")
def test_quiet_the_webserver_says_nothing_of_anybody_in_assets_and_definitions(ask: Ask) -> None:
    assets, definitions = ask(asking.of_assets()), ask(asking.of_definitions())
    assert len(assets["assetNodes"]) > 20
    assert b"TableMetadataEntry" in found(assets)
    assert b"acme_arrival" in found(definitions)
    assert given_away(found(assets) + found(definitions)) == set()


@pytest.mark.long(held_by="tests/quiet/test_runs.py::test_quiet_the_sensor_keeps_and_says_nothing")
@pytest.mark.parametrize(("sensor", "says"), [("acme_arrival", "masked"), ("far_arrival", "refuses the login")])
def test_quiet_a_tick_whose_source_fails_says_why_and_of_nobody(ask: Ask, sensor: str, says: str) -> None:
    tick = found(ask(asking.of_tick("pipelines.definitions", sensor)))
    assert says.encode() in tick
    assert given_away(tick) == set()


@pytest.mark.long(held_by="tests/quiet/test_runs.py::test_quiet_nothing_is_printed_logged_or_said")
def test_quiet_the_webserver_prints_nothing_of_anybody(ask: Ask, printed_by_server: Any) -> None:
    ask(asking.of_tick("pipelines.definitions", "acme_arrival"))
    assert given_away(printed_by_server.read_bytes()) == set()


@pytest.mark.long(held_by="tests/quiet/test_typed.py::test_quiet_what_must_not_stay_in_run_config_is_refused_before_the_run_is_made")
@pytest.mark.parametrize(
    ("job", "config", "says"),
    [
        ("acme_one", "{employee_ids: [zqlocal.a@acme.example]}", "This is no employee number"),
        ("acme_preview", "{ops: {acme__hr__intake: {config: {reason: zqlocal.a@acme.example}}}}", "initials and a ticket will do"),
    ],
)
def test_quiet_the_launchpad_makes_no_run_with_an_address_in_its_config(
    acme: Any, ask: Ask, printed_by_server: Any, job: str, config: str, says: str
) -> None:
    with dg.DagsterInstance.get() as instance:
        before = instance.get_runs_count()
        answer = ask(asking.to_launch("pipelines.definitions", job, config))["launchPipelineExecution"]
        assert instance.get_runs_count() == before
    assert answer["__typename"] == "PythonError"
    assert says in answer["message"], "it is told to whoever typed it"
    left = [path for path in (acme.root / "dagster").rglob("*") if path.is_file() and path.name != quiet.FILE]
    assert {path.name: leak for path in left if (leak := given_away(readable(path)))} == {}
    assert given_away(printed_by_server.read_bytes()) == set()
