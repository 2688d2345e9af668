"""A third destination, registered for the time of a test and nowhere named but here: the ledger book beside this file."""

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from cli import main as cli
from destinations import registry
from tests.graph.conftest import Acme, Places, everything

__all__ = ["everything"]

PACKAGE = "tests.destinations.ledgerbook"
LEDGERBOOK = {
    "connection": {"file": {"env": "LEDGERBOOK_FILE"}},
    "lines": {"desk": "department", "bank": "bank_account"},
}
STRANGER = {"staff_no": "S1", "given": "Sam", "family": "Fremling", "mail": "sam@revision.example", "active": True}

Lines = dict[str, dict[str, Any]]


class Shelf:
    """The book as a test sees and changes it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            self._keep({"staff": [STRANGER], "writes": 0})

    @property
    def lines(self) -> Lines:
        """Every line by its number."""
        return {line["staff_no"]: line for line in self._all()["staff"]}

    @property
    def writes(self) -> int:
        """How many lines were ever written."""
        return int(self._all()["writes"])

    def switch(self, **switches: Any) -> None:
        """Set or take back (None) what the book does with lines (`ledgerbook.client`)."""
        book = {**self._all(), **switches}
        self._keep({name: value for name, value in book.items() if value is not None})

    def by_hand(self, number: str, **cells: Any) -> None:
        """Somebody changes a line."""
        book = self._all()
        book["staff"] = [{**line, **cells} if line["staff_no"] == number else line for line in book["staff"]]
        self._keep(book)

    def _all(self) -> dict[str, Any]:
        return dict(json.loads(self.file.read_text("utf-8")))

    def _keep(self, book: dict[str, Any]) -> None:
        self.file.write_text(json.dumps(book, ensure_ascii=False), "utf-8")


class Third(Acme):
    """The company with the ledger book as its only destination, or (`beside`) as its third."""

    def __init__(self, folder: Path, box: Any, book: Shelf, *, beside: bool = False, **settings: Any) -> None:
        others = {} if beside else {"expensify": None, "findity": None}
        super().__init__(folder, box, **others, ledgerbook=json.loads(json.dumps(LEDGERBOOK)), **settings)
        self.book = book

    def digest(self, run_id: str) -> str:
        """Of what a run holds at the third destination."""
        with self.ledger() as ledger:
            return str(ledger.plans.verdict("ledgerbook", run_id).held_digest)

    def commands(self, patch: pytest.MonkeyPatch) -> None:
        """Puts the YAML where commands find it."""
        folder = self.folder.parent / "pipelines" / self.name
        folder.mkdir(parents=True)
        (folder / "defs.yaml").write_text(yaml.safe_dump({"type": "assets.RosterSync", "attributes": self.attributes}))
        patch.setenv("ROLLCALL_PIPELINES", str(folder.parent))


def register(patch: pytest.MonkeyPatch) -> None:
    """All that it takes beside the folder itself."""
    patch.setattr(registry, "PACKAGES", [*registry.PACKAGES, PACKAGE])


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


def _begun(everything: Places, name: str, prepare: Callable[[Third], None] = lambda _: None, **settings: Any) -> SimpleNamespace:
    """A first sync, run once: its result and what it left."""
    folder = everything.root / f"third_{name}"
    with pytest.MonkeyPatch.context() as patch:
        register(patch)
        everything.enter(folder / "home", patch)
        patch.setenv("LEDGERBOOK_FILE", str(folder / "book.json"))
        folder.mkdir()
        third = Third(folder / "acme", everything.box, Shelf(folder / "book.json"), **settings)
        prepare(third)
        result = third.run("sync")
        assert result.succeeded, result
    return SimpleNamespace(folder=folder, result=result, state=copy.deepcopy(everything.box.state))


@pytest.fixture(scope="session")
def first(everything: Places) -> SimpleNamespace:
    """The first sync of the third destination."""
    return _begun(everything, "applied")


@pytest.fixture(scope="session")
def first_held(everything: Places) -> SimpleNamespace:
    """The same where everything is held."""
    return _begun(everything, "held", first_sync="hold")


@pytest.fixture(scope="session")
def first_of_three(everything: Places) -> SimpleNamespace:
    """The first sync of three destinations."""
    return _begun(everything, "of_three", beside=True)


def _trouble(third: Third) -> None:
    people = third.people()
    people["E08"]["Dept"] = ""
    people["E11"]["IBAN"] = "NO9386011117947"
    third.file("2026-11-20", people)
    third.book.switch(refuse={"E12": "Liv Xavier of Finance is on the list"}, lose=["E09"])


@pytest.fixture(scope="session")
def first_troubled(everything: Places) -> SimpleNamespace:
    """One in which one has no desk, one a foreign bank account, one is refused and one gets lost."""
    return _begun(everything, "troubled", _trouble)


Make = Callable[..., Third]


@pytest.fixture
def empty(everything: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes a company that has never been synced, and a book with a stranger in it."""
    everything.enter(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("LEDGERBOOK_FILE", str(tmp_path / "book.json"))
    yield lambda **settings: Third(tmp_path / "acme", everything.box, Shelf(tmp_path / "book.json"), **settings)


def _after(begun: SimpleNamespace, everything: Places, place: Path, patch: pytest.MonkeyPatch, **fixed: Any) -> Make:
    shutil.copytree(begun.folder / "home", place / "home")
    shutil.copy(begun.folder / "book.json", place / "book.json")
    everything.enter(place / "home", patch, begun.state)
    patch.setenv("LEDGERBOOK_FILE", str(place / "book.json"))

    def make(**settings: Any) -> Third:
        third = Third(place / "acme", everything.box, Shelf(place / "book.json"), **fixed, **settings)
        third.first = begun.result
        return third

    return make


@pytest.fixture
def synced(everything: Places, first: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes the company as its first sync left it."""
    return _after(first, everything, tmp_path, monkeypatch)


@pytest.fixture
def held(everything: Places, first_held: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes a company whose first sync holds everything, as that sync left it."""
    return _after(first_held, everything, tmp_path, monkeypatch, first_sync="hold")


@pytest.fixture
def three(everything: Places, first_of_three: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Third:
    """The company with three destinations, as its first sync left it."""
    return _after(first_of_three, everything, tmp_path, monkeypatch, beside=True)()


@pytest.fixture
def troubled(everything: Places, first_troubled: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Third:
    """The company as a first sync with all sorts of trouble left it."""
    return _after(first_troubled, everything, tmp_path, monkeypatch)()


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def said(*arguments: str) -> str:
    result = asked(*arguments)
    assert result.exit_code == 0, result.output
    return result.output
