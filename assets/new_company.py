"""How a company comes about: a draft that leaves nothing open becomes a folder that is loaded.

Belongs here: what must hold before, and that the folder is there whole or not at all. Does not belong here: what a draft says
(``assets.draft``), reading it (``assets.loader``), what is printed (``cli.init``).
"""

import errno
import os
import shutil
import tempfile
from pathlib import Path

import yaml

from assets import loader, names, neighbours
from assets.loader import SettingsMistakes
from resources import places


def is_loaded(folder: Path) -> bool:
    """Whether what is written there would be read as a company's, or as a part of one: it is in a folder of companies."""
    there = folder.resolve()
    return any(there.is_relative_to(one.resolve()) for one in (names.companies_folder(), places.PROJECT / "pipelines"))


def make(company: str, draft: Path) -> Path:
    """Make the company's folder, with the draft as its `defs.yaml`; the draft stays where it is.

    Args:
        company: What it is called.
        draft: The file, or the folder with a `defs.yaml`. A relative path of HR's file in it goes on meaning the same file.

    Returns:
        The folder.

    Raises:
        SettingsMistakes: The name will not do, or is taken; or the draft leaves something open, is wrong, or names a part of a destination
            that another company has. Nothing is made then.
    """
    target = _target(company)
    file = draft / "defs.yaml" if draft.is_dir() else draft
    if not file.is_file():
        raise SettingsMistakes([f"There is no file {file}. `rollcall map` writes one from HR's file."])
    settings = loader.read(file, draft=True)
    if shared := neighbours.shared(target, settings):
        raise SettingsMistakes(list(shared.values()))
    _put(target, _from_there(file.read_bytes().decode(), file.parent, target))
    return target


def _target(company: str) -> Path:
    beside = names.companies_folder()
    if not names.may_be_called(company):
        raise SettingsMistakes([f"'{company}' cannot be a company's name, which is part of asset keys: {names.RULE}."])
    if not beside.is_dir():
        raise SettingsMistakes(
            [f"{beside}: no such folder. ROLLCALL_PIPELINES says where the companies are; without it they are in pipelines."]
        )
    if os.path.lexists(beside / company):
        raise SettingsMistakes([_taken(beside / company)])
    return beside / company


def _from_there(text: str, before: Path, target: Path) -> str:
    """The draft's text with each relative path of HR's files as it is from the company's folder; every other character stays."""
    hr = _node(yaml.compose(text), "attributes", "hr")
    if _node(hr, "csv") is None:  # a path on a server means the same from anywhere
        return text
    files = _node(hr, "files")
    of_each = [_node(one, "path") for _, one in files.value] if isinstance(files, yaml.MappingNode) else []
    places = [_node(hr, "csv", "path"), _node(hr, "changes", "full"), *of_each]
    named = [one for one in places if isinstance(one, yaml.ScalarNode) and one.tag.endswith(":str") and not Path(one.value).is_absolute()]
    for node in sorted(named, key=lambda one: one.start_mark.index, reverse=True):
        # From the real folder: with a link in between, `..` would lead elsewhere.
        path = Path(os.path.relpath(before.resolve() / node.value, target.parent.resolve() / target.name)).as_posix()
        # In a list, so that it may stand within braces, too.
        written = yaml.safe_dump([path], default_flow_style=True, allow_unicode=True, width=100_000).strip()[1:-1]
        text = text[: node.start_mark.index] + written + text[node.end_mark.index :]
    return text


def _node(node: yaml.Node | None, *names_: str) -> yaml.Node | None:
    for name in names_:
        if not isinstance(node, yaml.MappingNode):
            return None
        node = next((value for key, value in node.value if key.value == name), None)
    return node


def _put(target: Path, text: str) -> None:
    """The folder with its file, in one move: written two folders deep, where nothing looks for companies."""
    try:
        aside = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    except OSError as error:
        raise SettingsMistakes([f"{target.parent} cannot be written to ({type(error).__name__})."]) from None
    try:
        folder = aside / target.name
        folder.mkdir()
        with (folder / "defs.yaml").open("w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        folder.rename(target)
    except OSError as error:
        taken = error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)  # somebody else was quicker
        raise SettingsMistakes([_taken(target) if taken else f"{target} cannot be written ({type(error).__name__})."]) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _taken(target: Path) -> str:
    return f"{target} is there already, and is not written over."
