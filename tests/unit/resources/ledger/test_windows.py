import sqlalchemy as sa

from resources.ledger import LedgerWindows, tables
from resources.rates import RateLimit


def test_a_call_beyond_the_window_waits(ledger):
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        with ledger.engine.begin() as connection:  # instead of waiting, let the calls be older
            connection.execute(sa.update(tables.rate_call).values(at=tables.rate_call.c.at - seconds))

    windows = LedgerWindows(ledger, "partner", [RateLimit(2, 10)], sleep=sleep, margin=0)
    for _ in range(3):
        windows.acquire()
    assert len(waits) == 1
    assert 9 < waits[0] <= 10


def test_credentials_do_not_share_a_window(ledger):
    for credential in ("a", "b"):
        LedgerWindows(ledger, credential, [RateLimit(1, 60)], sleep=_never).acquire()
    with ledger.engine.connect() as connection:
        assert len(set(connection.execute(sa.select(tables.rate_call.c.credential)).scalars())) == 2


def test_old_calls_are_forgotten_and_the_credential_is_not_stored(ledger):
    windows = LedgerWindows(ledger, "partner", [RateLimit(5, 10)], sleep=_never)
    windows.acquire()
    with ledger.engine.begin() as connection:
        connection.execute(sa.update(tables.rate_call).values(at=0))
    windows.acquire()
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(tables.rate_call)).all()
    assert len(rows) == 1
    assert rows[0].credential != "partner"


def test_processes_of_companies_with_one_credential_stay_within_the_window_together(url, ledger, processes):
    code = """
import os
from resources.ledger import windows as module
from resources.rates import RateLimit
module._KEPT_WINDOWS = 1000
windows = LedgerWindows(Ledger.open(sys.argv[1], f"company {os.getpid()}"), "partner", [RateLimit(3, 0.4)], margin=0)
for _ in range(5):
    windows.acquire()
"""
    ended = processes(code, url)
    assert [process.returncode for process in ended] == [0, 0], ended[0].stderr
    with ledger.engine.connect() as connection:
        at = sorted(connection.execute(sa.select(tables.rate_call.c.at)).scalars())
    assert len(at) == 10
    assert all(fourth - first >= 0.4 for first, fourth in zip(at, at[3:], strict=False))


def _never(_seconds):
    raise AssertionError("it waited")
