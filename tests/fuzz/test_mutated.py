"""Whatever happens to a file's bytes, dialect, cells, sheets or archive: no crash, no hang, no surprise, nobody named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from resources.failures import Permanent
from resources.hr import openpgp
from resources.hr.agreed import OpenPgp
from resources.hr.locations import CsvSource
from roster.unfit import Unfit
from tests import soak
from tests.fuzz.mutating import BYTES, Chance, mutated
from tests.fuzz.run import SIZE, failure, files
from tests.pgp import sender

COUNT = 10_000 if soak.WHOLE else 16
ENCRYPTED = 100 if soak.WHOLE else 2


@pytest.mark.exhaustive("mutated files")
def test_no_surprise_whatever_happens_to_a_file(record_property: Callable[[str, object], None]) -> None:
    record_property(soak.CASES, COUNT)
    failed, came = files(0, COUNT)
    assert failed == [], "\n".join(failed)
    assert came["planned"] > COUNT / 5
    assert len(came) > 3


@pytest.mark.exhaustive("mutated encrypted files")
def test_no_surprise_whatever_happens_to_a_file_inside_an_envelope_or_to_the_envelope(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property(soak.CASES, ENCRYPTED)
    with sender(tmp_path) as hr:
        hr.make("ours")
        (tmp_path / "ours.key").write_bytes(hr.private("ours"))
        agreed = CsvSource(path="p", openpgp=OpenPgp.model_validate({"key": {"file": str(tmp_path / "ours.key")}}))
        for seed in range(ENCRYPTED):
            form, how, rows, data = mutated(seed, SIZE)
            sent = hr.sent(data, to=("ours",))
            assert openpgp.opened(sent, agreed) == data
            assert failure(form, rows, data, 0) is None, f"{seed}: {form}, {how}"
            name = sorted(BYTES)[seed % len(BYTES)]
            if (changed := BYTES[name](Chance(seed), sent)) == sent:
                continue
            try:
                opened = openpgp.opened(changed, agreed)
            except (Unfit, Permanent) as why:
                assert not any(row[3] in str(why) for row in rows)
            else:
                assert opened == data, f"{seed}, {name}: a changed envelope opens as something else"
