"""The tables of docs/settings.md and docs/files.md have every attribute of the settings, with its default, and every check of the gate."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from destinations.expensify.roads.settings import ByDownload, BySftp, SeenByExpensify
from destinations.findity.settings import FindityExpense, FindityLeaving
from resources.alerts.settings import Alerts
from resources.hr.locations import CsvSource, SftpSource
from resources.hr.url_settings import UrlSource
from resources.ssh.settings import SshServer
from roster.intake.gate import STOPPING
from roster.plan.limits import Limits
from roster.settings import Approvers, CsvFormat, Gate, History, Limit, People, Rule, Scope, Source
from roster.vocabulary import KINDS

DOCS = Path(__file__).parents[2] / "docs"


def rows(document: str, heading: str) -> dict[str, str]:
    """Attribute → default, of the tables below a heading."""
    text = (DOCS / document).read_text(encoding="utf-8")
    section = text.split(f"\n{heading}\n", 1)[1]
    section = re.split(rf"\n#{{1,{heading.count('#')}}} ", section, maxsplit=1)[0]
    cells = [re.split(r" *(?<!\\)\| *", line.strip("| ")) for line in section.splitlines() if line.startswith("|")]
    return {name: cell[1].strip("`") for cell in cells for name in re.findall(r"`([\w.]+)`", cell[0])}


def written(default: object) -> str | None:
    """How a default is written; None where the settings have none of their own."""
    if isinstance(default, Limit):
        return f"{default.count}, {default.share:.1%}".replace(".0%", "%").replace("%", " %")
    if isinstance(default, bool):
        return str(default).lower()
    return None if default in (None, [], {}) else str(default[0] if isinstance(default, list) else default)


def defaults(model: type[BaseModel], without: type[BaseModel] | None = None) -> dict[str, object]:
    return {name: field.default for name, field in model.model_fields.items() if without is None or name not in without.model_fields}


HEADINGS = {
    "people": ("settings.md", "## `hr.people`: the rest"),
    "column": ("settings.md", "## `hr.people.columns`: which of HR's columns is what"),
    "gate": ("settings.md", "## `hr.gate`: how far a file may be from the last one"),
    "limits": ("settings.md", "## `limits`: how many may change at once"),
    "approvers": ("settings.md", "## `approvers`"),
    "alerts": ("settings.md", "## `alerts`: who is told"),
    "by sftp": ("settings.md", "#### `delivery.sftp`"),
    "by download": ("settings.md", "#### `delivery.download`"),
    "findity leaving": ("settings.md", "### `leaving`"),
    "expense": ("settings.md", "### `expense`: signing in as a person"),
    "format": ("files.md", "## How bytes become rows"),
    "csv": ("files.md", "## `hr.csv`: a file on this machine"),
    "sftp": ("files.md", "## `hr.sftp`: a file on an SFTP server"),
    "url": ("files.md", "## `hr.url`: a file in an object store, on an FTPS server or behind a web address"),
}
SECTIONS: list[tuple[str, dict[str, object]]] = [
    ("gate", defaults(Gate)),
    ("limits", defaults(Limits)),
    ("approvers", defaults(Approvers)),
    ("alerts", defaults(Alerts)),
    ("expense", defaults(FindityExpense)),
    ("findity leaving", defaults(FindityLeaving)),
    ("format", defaults(CsvFormat)),
    ("csv", defaults(CsvSource, CsvFormat)),
    ("sftp", defaults(SftpSource, CsvFormat)),
    ("url", defaults(UrlSource, CsvFormat)),
    ("by sftp", {name: default for name, default in defaults(BySftp, SshServer).items() if name != "seen_by_expensify"}),
    ("by sftp", {f"seen_by_expensify.{name}": default for name, default in defaults(SeenByExpensify).items()}),
    ("by download", {name: default for name, default in defaults(ByDownload).items() if name != "keep_hours"}),
    ("column", defaults(Source, Rule)),
    ("people", {f"history.{name}": default for name, default in defaults(History).items()}),
    ("people", {f"scope.{name}": default for name, default in defaults(Scope).items()}),
    ("people", {name: default for name, default in defaults(People).items() if name not in ("columns", "history", "scope")}),
]


@pytest.mark.parametrize(("section", "attributes"), SECTIONS)
def test_every_attribute_stands_in_the_guide_with_its_default(section: str, attributes: dict[str, object]) -> None:
    table = rows(*HEADINGS[section])
    assert attributes.keys() <= table.keys()
    for name, default in attributes.items():
        if default is PydanticUndefined:
            assert table[name] == "required", name
        elif (text := written(default)) is not None:
            assert table[name] == text, name
        else:
            assert table[name] not in ("required", "true", "false"), name


def test_every_check_of_the_gate_stands_in_the_guides() -> None:
    assert set(STOPPING) <= rows(*HEADINGS["gate"]).keys()
    operations = (DOCS / "operations.md").read_text(encoding="utf-8")
    assert [name for name in STOPPING if f"`{name}:" not in operations] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_default_lets_pass_of_200_and_of_2000_is_reckoned_right(kind: str) -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    found = re.search(rf"^\| `{kind}` \| [^|]*\| ([\d,]+) \| ([\d,]+) \|", text, re.MULTILINE)
    limit: Limit = getattr(Limits(), kind)
    assert found is not None
    assert [int(number.replace(",", "")) for number in found.groups()] == [limit.most(200), limit.most(2000)]
