import json
import os
import shutil
import stat
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from upath import UPath

from resources.stored import objects, run_storage
from resources.stored.run_storage import WHEN_NEEDED, Producer, RunStorage, decoded, is_placeholder, producer

FRAME = pd.DataFrame(
    {
        "person": pd.Series(["1", None], dtype="str"),
        "active": pd.Series([True, None], dtype="boolean"),
        "request": pd.Series([1, None], dtype="Int64"),
        "line": pd.Series([2, 3], dtype="int64"),
    }
)


@pytest.fixture
def instance(tmp_path):
    home = tmp_path / "dagster"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home), overrides={"telemetry": {"enabled": False}}) as opened:
        yield opened


@pytest.fixture
def storage(tmp_path):
    return RunStorage(base=str(tmp_path / "stored"), company="acme")


def place(tmp_path, run_id, *key):
    return tmp_path.joinpath("stored", "acme", run_id, *key)


def passed_through(value, storage, instance):
    """What a downstream step is given of a value, in one run."""
    seen = []

    @dg.asset(key=["acme", "made"])
    def made():
        return value

    @dg.asset(ins={"given": dg.AssetIn(["acme", "made"])})
    def used(given):
        seen.append(given)

    result = dg.materialize([made, used], instance=instance, resources={"io_manager": storage})
    return seen[0], result


@pytest.mark.parametrize("value", [b"\xef\xbb\xbfa,b", "text", ["a", 1, None], 3.5, {"a": {"b": [1]}}, {}])
def test_a_step_is_given_what_the_one_before_it_returned(value, storage, instance):
    given, result = passed_through(value, storage, instance)
    if isinstance(value, dict):
        assert producer(given) == Producer(result.run_id, newest=False)
        given.pop("_producer")
    assert given == value


def test_a_frame_comes_back_with_its_types_and_its_producer(storage, instance):
    given, result = passed_through(FRAME, storage, instance)
    pd.testing.assert_frame_equal(given, FRAME)
    assert producer(given) == Producer(result.run_id, newest=False)


def test_a_bundle_of_frames_bytes_and_json_comes_back_whole(storage, instance):
    given, result = passed_through({"people": FRAME, "raw": b"x", "digest": "d", "counts": {"create": 1}}, storage, instance)
    pd.testing.assert_frame_equal(given["people"], FRAME)
    assert (given["raw"], given["digest"], given["counts"]) == (b"x", "d", {"create": 1})
    assert producer(given).run_id == result.run_id


def test_of_a_bundle_only_what_a_step_asks_for_is_read(storage, instance, monkeypatch):
    read = []
    monkeypatch.setattr(run_storage, "decoded", lambda file: read.append(file.name) or decoded(file))
    given, _ = passed_through({"people": FRAME, "raw": b"x", "digest": "d"}, storage, instance)
    assert (sorted(given), "raw" in given, len(given), read) == (["digest", "people", "raw"], True, 3, [])
    assert (given["raw"], given["raw"], read) == (b"x", b"x", ["raw.bin"])
    with pytest.raises(KeyError):
        given["other"]


def test_a_frame_is_read_when_it_is_needed_where_the_input_says_so(storage, instance, monkeypatch):
    read, seen = [], []
    monkeypatch.setattr(run_storage, "decoded", lambda file: read.append(file.name) or decoded(file))

    @dg.asset(key=["acme", "made"])
    def made():
        return FRAME

    @dg.asset(ins={"given": dg.AssetIn(["acme", "made"], metadata=WHEN_NEEDED)})
    def used(given):
        seen.append(given)

    result = dg.materialize([made, used], instance=instance, resources={"io_manager": storage})
    assert (producer(seen[0]), read) == (Producer(result.run_id, newest=False), [])
    pd.testing.assert_frame_equal(seen[0]["value"], FRAME)


def test_a_value_that_is_passed_on_says_its_own_run(storage, instance):
    first, _ = passed_through({"people": FRAME}, storage, instance)
    second, result = passed_through(first, storage, instance)
    assert producer(second).run_id == result.run_id


def test_a_value_that_was_not_loaded_has_no_producer():
    with pytest.raises(LookupError):
        producer(FRAME)


def test_only_the_owner_can_read_what_is_stored(storage, instance, tmp_path):
    _, result = passed_through({"people": FRAME, "digest": "d"}, storage, instance)
    stored = list((tmp_path / "stored").rglob("*"))
    assert place(tmp_path, result.run_id, "acme", "made", "people.parquet") in stored
    assert {stat.S_IMODE(path.stat().st_mode) for path in stored if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in stored if path.is_dir()} == {0o700}


def test_the_event_log_says_how_large_a_value_is_and_has_no_path_that_widens_the_page(storage, instance, tmp_path):
    _, result = passed_through(b"12345", storage, instance)
    (event,) = result.asset_materializations_for_node("acme__made")
    assert place(tmp_path, result.run_id, "acme", "made").exists()  # where it lies follows from run and asset
    assert event.metadata["stored (bytes)"].value >= 5
    assert not any(isinstance(one, dg.PathMetadataValue) for one in event.metadata.values())


def test_what_a_step_has_used_goes_back_to_the_system_at_its_end(storage, instance, monkeypatch):
    ends = []
    monkeypatch.setattr(run_storage, "give_back", lambda: ends.append(True))
    passed_through(FRAME, storage, instance)
    assert len(ends) == 2, "one for each of two steps"


@pytest.mark.parametrize("value", [object(), {"at": object()}, float("nan"), {"people": FRAME, "../x": 1}])
def test_what_cannot_be_stored_is_refused_and_never_pickled(value, storage, instance):
    with pytest.raises(dg.Failure):
        passed_through(value, storage, instance)


def test_quiet_a_frame_that_parquet_cannot_hold_shows_no_cell(storage, instance):
    with pytest.raises(dg.Failure) as caught:
        passed_through(pd.DataFrame({"a": ["anna@acme.example", 3]}, dtype=object), storage, instance)
    assert caught.value.__suppress_context__
    assert "anna" not in str(caught.value)


def chain_job():
    return _jobs().resolve_job_def("chain")


def looking_job():
    return _jobs().resolve_job_def("looking")


def _jobs():
    """`made` gives what `content` says; `used` notes what it was given, and fails while `broken` is there.

    Dagster builds these jobs itself to re-execute a run, and once for all tests: what a test wants lies in files.
    """

    @dg.asset
    def made() -> dict[str, str]:
        return {"content": Path(os.environ["CHAIN"], "content").read_text()}

    @dg.asset
    def used(made: dict[str, object]) -> None:
        folder = Path(os.environ["CHAIN"])
        (folder / "given").write_text(json.dumps(made))
        if (folder / "broken").exists():
            raise RuntimeError("broken")

    return dg.Definitions(
        [made, used],
        jobs=[dg.define_asset_job("chain"), dg.define_asset_job("looking", selection=["used"])],
        resources={"io_manager": RunStorage(base=dg.EnvVar("CHAIN_STORED"), company="acme")},
        executor=dg.in_process_executor,
    )


@pytest.fixture
def chain(instance, tmp_path, monkeypatch):
    """Run the chain with some content; give the run's id and what `used` was given last, if it ran."""
    folder = tmp_path / "chain"
    folder.mkdir()
    monkeypatch.setenv("CHAIN", str(folder))
    monkeypatch.setenv("CHAIN_STORED", str(tmp_path / "stored"))

    def run(content, *, broken=False, retry_of=None, job=chain_job):
        (folder / "content").write_text(content)
        (folder / "given").unlink(missing_ok=True)
        (folder / "broken").touch() if broken else (folder / "broken").unlink(missing_ok=True)
        options = dg.ReexecutionOptions.from_failure(retry_of, instance) if retry_of else None
        with dg.execute_job(dg.reconstructable(job), instance=instance, reexecution_options=options) as result:
            given = folder / "given"
            return result.run_id, json.loads(given.read_text()) if given.exists() else None

    return run


def test_rerun_a_retry_is_given_the_first_runs_value_after_another_run_stored_a_newer_one(chain):
    first, _ = chain("A", broken=True)
    chain("B")
    retry, given = chain("C", broken=True, retry_of=first)
    assert given["content"] == "A"
    _, given = chain("D", retry_of=retry)
    assert given["content"] == "A"
    assert producer(given) == Producer(first, newest=False)


def test_a_step_run_alone_is_given_the_newest_value_and_can_tell(chain):
    chain("A")
    newest, _ = chain("B")
    _, given = chain("C", job=looking_job)
    assert given["content"] == "B"
    assert producer(given) == Producer(newest, newest=True)


def test_a_step_run_alone_before_anything_was_stored_fails_and_says_why(chain, instance):
    run_id, given = chain("A", job=looking_job)
    assert given is None
    assert "no stored value of made: no run has produced it yet" in failure_of(instance, run_id)


def test_rerun_a_value_that_is_gone_is_not_replaced_by_another_runs(chain, instance, tmp_path):
    first, _ = chain("A", broken=True)
    chain("B")
    shutil.rmtree(place(tmp_path, first, "made"))
    retry, given = chain("C", retry_of=first)
    assert given is None
    assert f"no stored value of made: run {first} left no value" in failure_of(instance, retry)


def failure_of(instance, run_id):
    events = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return " ".join(
        event.dagster_event.event_specific_data.error.message + str(event.dagster_event.event_specific_data.user_failure_data)
        for event in events
    )


def test_a_value_can_be_loaded_outside_a_run(storage, instance):
    _, result = passed_through(FRAME, storage, instance)

    @dg.asset(key=["acme", "made"])
    def made(): ...

    loaded = dg.Definitions([made], resources={"io_manager": storage}).load_asset_value(["acme", "made"], instance=instance)
    assert producer(loaded) == Producer(result.run_id, newest=True)


def test_a_crash_while_writing_leaves_the_earlier_value(storage, instance, tmp_path, monkeypatch):
    passed_through(b"old", storage, instance)
    monkeypatch.setattr("resources.owner_only.os.open", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(Exception, match="full"):
        passed_through(b"new", storage, instance)
    monkeypatch.undo()
    assert (
        dg.Definitions([dg.AssetSpec(["acme", "made"])], resources={"io_manager": storage}).load_asset_value(
            ["acme", "made"], instance=instance
        )
        == b"old"
    )


def test_a_step_that_writes_twice_in_one_run_leaves_the_later_value(storage):
    for value in (b"first", b"second"):
        with dg.build_output_context(asset_key=["made"], run_id="r1") as context:
            storage.handle_output(context, value)
    assert storage.load_input(loading("made", "r1")) == b"second"


def test_an_object_store_works_like_a_directory():
    storage = RunStorage(base="memory://rollcall", company="acme")
    with dg.build_output_context(asset_key=["made"], run_id="r1") as context:
        storage.handle_output(context, {"people": FRAME, "digest": "d"})
    assert producer(storage.load_input(loading("made", "r1"))) == Producer("r1", newest=False)
    assert producer(storage.load_input(loading("made", None))) == Producer("r1", newest=True)
    (UPath("memory://rollcall") / "acme" / "r1" / "made" / "index.json").unlink()  # a crash came before the index
    with pytest.raises(dg.Failure):
        storage.load_input(loading("made", "r1"))


def test_rerun_a_crash_while_a_value_is_written_again_leaves_the_earlier_one_whole_without_a_rename(monkeypatch):
    storage = RunStorage(base="memory://again", company="acme")
    real = objects.write

    def write(value, files):
        left = iter(range(files))
        monkeypatch.setattr(objects, "write", lambda *file: real(*file) if next(left, None) is not None else 1 / 0)
        with dg.build_output_context(asset_key=["made"], run_id="r1") as context:
            storage.handle_output(context, value)

    write({"people": FRAME, "digest": "old"}, 4)  # both entries, the index, which run is the newest
    for files in range(3):
        with pytest.raises(ZeroDivisionError):
            write({"people": FRAME.head(1), "digest": "new"}, files)
        seen = storage.load_input(loading("made", "r1"))
        assert (len(seen["people"]), seen["digest"]) == (2, "old"), files
    with pytest.raises(ZeroDivisionError):
        write({"people": FRAME.head(1), "digest": "new"}, 3)
    seen = storage.load_input(loading("made", "r1"))
    assert (len(seen["people"]), seen["digest"]) == (1, "new")


def loading(name, run_id):
    return dg.build_input_context(asset_key=dg.AssetKey([name]), upstream_output=dg.build_output_context(asset_key=[name], run_id=run_id))


@pytest.mark.parametrize(("run_id", "stands_for_none"), [("__EPHEMERAL_RUN_ID", True), ("", True), (None, True), ("6f1c", False)])
def test_a_placeholder_is_told_from_a_run(run_id, stands_for_none):
    assert is_placeholder(run_id) is stands_for_none
