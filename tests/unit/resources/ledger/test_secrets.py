from resources.ledger import Ledger


def test_a_key_is_made_once_and_differs_by_purpose_and_company(url, ledger):
    with Ledger.open(url, "acme") as again, Ledger.open(url, "other") as other:
        assert ledger.keys.of("digests") == again.keys.of("digests")
        assert len({ledger.keys.of("digests"), ledger.keys.of("other"), other.keys.of("digests")}) == 3
        assert ledger.keys.shared("rates") == other.keys.shared("rates")
    assert len(ledger.keys.of("digests")) == 32


def test_processes_that_ask_for_a_new_key_at_once_get_the_same(url, ledger, processes):
    assert len({ended.stdout for ended in processes("print(Ledger.open(sys.argv[1], 'acme').keys.of('digests').hex())", url)}) == 1


def test_names_that_read_alike_have_their_own_keys(ledger):
    assert ledger.keys.of("a b") != ledger.keys.of("a-b")


def test_a_copy_of_an_sqlite_ledger_has_no_key(tmp_path):
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        key = ledger.keys.of("digests")
    assert key not in b"".join((tmp_path / name).read_bytes() for name in ("ledger.db",))
