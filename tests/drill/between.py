"""What happens between the nights of a drilled company: to its settings, its folder, its ledger, and beside it.

Belongs here: the steps that a feed's `expected.yaml` may name under ``first``, and whose night it is. Does not belong here: what must come
of it (``tests.drill.judging``).

``back_up``             a copy of the ledger and its keys is put aside, as ``docs/operations.md`` says
``restore``             that copy is put in the place of the ledger, as it says
``{folder: NAME}``      the folder of the night's company is renamed; the night is then that of NAME
``{delete: NAME}``      the folder of a company is deleted
``{rollcall: WORDS}``   a command, which must succeed; ``{refused: WORDS}``: which must not
"""

import copy
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from cli.main import app
from tests.drill.company import Company, changed


class Between:
    """The companies of one home, from night to night.

    Args:
        acme: The company that a feed begins with.
    """

    def __init__(self, acme: Company) -> None:
        self._acme, self._companies = acme, {acme.name: acme}

    def company(self, night: Mapping[str, Any]) -> Company:
        """Whose night it is, as a process loads it now, after what is done first."""
        name = night.get("company", self._acme.name)
        for step in night.get("first", []):
            what, given = (step, None) if isinstance(step, str) else next(iter(step.items()))
            name = getattr(self, f"_{what}")(name, given) or name
        known = self._companies.get(name, self._acme)
        settings = changed(copy.deepcopy(known.settings), night.get("settings", {}))
        self._companies[name] = Company(name, known.root, known.box, settings)
        if name != self._acme.name and self._acme.name not in self._companies:
            self._acme = self._companies[name]
        return self._companies[name]

    def _back_up(self, _name: str, _given: None) -> None:
        aside = self._acme.root / "aside"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        with sqlite3.connect(self._acme.home / "ledger.db") as ledger, sqlite3.connect(aside / "ledger.db") as copied:
            ledger.backup(copied)
        ledger.close()
        copied.close()
        for key in self._acme.home.glob("ledger.db.*.key"):
            shutil.copy2(key, aside)

    def _restore(self, _name: str, _given: None) -> None:
        for file in _of_ledger(self._acme.home):
            file.unlink()
        for file in (self._acme.root / "aside").iterdir():
            shutil.copy2(file, self._acme.home)

    def _folder(self, name: str, new: str) -> str:
        old = self._companies.pop(name)
        old.folder.rename(old.folder.with_name(new))
        self._companies[new] = old
        return new

    def _delete(self, _name: str, given: str) -> None:
        shutil.rmtree(self._companies.pop(given).folder)

    def _rollcall(self, _name: str, words: str) -> None:
        result = CliRunner().invoke(app, words.split())
        if result.exit_code:
            raise RuntimeError(f"rollcall {words}: {result.exit_code}, {result.output}")

    def _refused(self, _name: str, words: str) -> None:
        if not CliRunner().invoke(app, words.split()).exit_code:
            raise RuntimeError(f"rollcall {words} was to be refused")


def _of_ledger(home: Path) -> list[Path]:
    """The ledger's own files: the database, and what SQLite keeps beside it."""
    return [home / name for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm") if (home / name).exists()]
