"""Whatever happens to a file's bytes, dialect, cells, sheets or archive: no crash, no hang, no surprise, nobody named."""

from collections.abc import Callable

import pytest

from tests import soak
from tests.fuzz.run import files

COUNT = 10_000 if soak.WHOLE else 16


@pytest.mark.exhaustive("mutated files")
def test_no_surprise_whatever_happens_to_a_file(record_property: Callable[[str, object], None]) -> None:
    record_property(soak.CASES, COUNT)
    failed, came = files(0, COUNT)
    assert failed == [], "\n".join(failed)
    assert came["planned"] > COUNT / 5
    assert len(came) > 3
