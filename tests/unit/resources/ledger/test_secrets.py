from resources.ledger import Ledger


def test_a_key_is_made_once_and_differs_by_purpose_and_company(url, ledger):
    with Ledger.open(url, "acme") as again, Ledger.open(url, "other") as other:
        assert ledger.key("digests") == again.key("digests")
        assert len({ledger.key("digests"), ledger.key("other"), other.key("digests")}) == 3
        assert ledger.shared_key("rates") == other.shared_key("rates")
    assert len(ledger.key("digests")) == 32


def test_processes_that_ask_for_a_new_key_at_once_get_the_same(url, ledger, processes):
    assert len({ended.stdout for ended in processes("print(Ledger.open(sys.argv[1], 'acme').key('digests').hex())", url)}) == 1


def test_names_that_read_alike_have_their_own_keys(ledger):
    assert ledger.key("a b") != ledger.key("a-b")


def test_a_copy_of_an_sqlite_ledger_has_no_key(tmp_path):
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        key = ledger.key("digests")
    assert key not in b"".join((tmp_path / name).read_bytes() for name in ("ledger.db",))
