"""Two files that are one roster, encrypted and with their signatures beside them: what they make of a tick while they arrive."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from tests.graph.conftest import Acme
from tests.pgp import sender


@pytest.fixture
def encrypted(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The settings of a company whose people come in two such files, and how each arrives."""
    with sender(tmp_path_factory.mktemp("p")) as hr:
        for name in ("ours", "payroll"):
            hr.make(name)
        monkeypatch.setenv("OUR_KEY", hr.private("ours", "--armor").decode())
        monkeypatch.setenv("CERTIFICATE", hr.public("payroll", "--armor").decode())
        signed = {"signers": [hr.fingerprint("payroll")], "certificates": {"env": "CERTIFICATE"}, "detached": "{name}.sig"}
        csv = {"path": "inbox/{file}_*.csv.pgp", "delimiter": ";", "trailer": r"#END;rows=(?P<rows>\d+)"}
        files = {"se": ("E01", "E02", "E03", "E04", "E09", "E10", "E11", "E12"), "dk": ("E05", "E06", "E07", "E08")}

        def put(acme: Acme, name: str, *beside: str) -> Path:
            """One of the files, encrypted; or what lies beside it, once that is named."""
            path = acme.folder / "inbox" / f"{name}_2026-11-20.csv.pgp"
            if not path.exists():
                plain = acme.file("2026-11-20", {number: acme.people()[number] for number in files[name]})
                path.write_bytes(hr.sent(plain.read_bytes(), to=("ours",)))
            if beside:
                signature = hr.gpg("-u", "payroll@acme.example", "--detach-sign", given=path.read_bytes())
                path.with_name(f"{path.name}.sig").write_bytes(signature)
            return path

        yield SimpleNamespace(
            put=put, settings={"hr__csv": {**csv, "openpgp": {"key": {"env": "OUR_KEY"}, **signed}}, "hr__files": [*files]}
        )


@pytest.mark.long(held_by="tests/graph/triggers/test_url.py::test_a_file_that_arrives_in_a_bucket_is_synced_once_and_archived")
def test_an_encrypted_set_waits_for_each_file_and_its_signature_and_then_has_one_run(daemon: Any, encrypted: SimpleNamespace) -> None:
    daemon = daemon(**encrypted.settings)
    encrypted.put(daemon.acme, "se", "signature")
    assert "HR's files are not all there: waiting for dk" in daemon.tick().skip_reason
    encrypted.put(daemon.acme, "dk")
    told = daemon.tick().skip_reason
    assert "waiting for dk" in told
    assert "its signature '{name}.sig' is not there" in told
    encrypted.put(daemon.acme, "dk", "signature")
    assert "waiting until it stands still" in daemon.tick().skip_reason
    daemon.tick()
    (run,) = daemon.work()
    assert run.status is dg.DagsterRunStatus.SUCCESS
    assert list(daemon.acme.outcome("expensify", run.run_id).values()).count("created") == 12
    assert "has had its run" in daemon.tick().skip_reason
    assert "Quistgaard" not in daemon.kept() + repr(daemon.instance.all_logs(run.run_id))
