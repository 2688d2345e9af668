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
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from resources import places
from resources.ledger import Ledger, tables
from resources.ledger.database import writing
from tests.drill.company import Company, changed

_BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


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
        self._as_documented("VACUUM INTO")

    def _restore(self, _name: str, _given: None) -> None:
        self._as_documented("before-restore")

    def _as_documented(self, by: str) -> None:
        """Does what the guide says, word by word: the one block of it that has these words."""
        (block,) = (block for block in _BLOCK.findall((places.PROJECT / "docs" / "operations.md").read_text("utf-8")) if by in block)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        said = {**os.environ, "PATH": path, "ROLLCALL_HOME": str(self._acme.home), "BACKUP": str(self._acme.root / "backup")}
        subprocess.run(["sh", "-eu"], input=textwrap.dedent(block), env=said, check=True, text=True)

    def _folder(self, name: str, new: str) -> str:
        old = self._companies.pop(name)
        old.folder.rename(old.folder.with_name(new))
        self._companies[new] = old
        return new

    def _delete(self, _name: str, given: str) -> None:
        shutil.rmtree(self._companies.pop(given).folder)

    def _rollcall(self, _name: str, words: str) -> None:
        result = self._commanded(words)
        if result.exit_code:
            raise RuntimeError(f"rollcall {words}: {result.exit_code}, {result.output}")

    def _refused(self, _name: str, words: str) -> None:
        if not self._commanded(words).exit_code:
            raise RuntimeError(f"rollcall {words} was to be refused")

    def _commanded(self, words: str) -> Result:
        # It is the day after: a run's last sign of life outlasts it by a minute.
        with Ledger.open(places.ledger_url(), "") as ledger, writing(ledger.engine) as connection:
            connection.execute(sa.delete(tables.heartbeat))
        return CliRunner().invoke(app, words.split())
