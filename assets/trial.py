"""A company as it would be, tried on this machine: its own settings and file, with the sandbox in the place of its destinations.

Belongs here: what of its YAML leads out of the trial and is replaced, what stands in for what is open, and what the sandbox must have. Does
not belong here: what is particular to a destination (its ``trial``), processes and the command (``cli.trying``).

Nothing of a trial can reach a real destination, or the ledger and storage of this deployment: the YAML that is tried names none of them.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
import yaml

from assets import loader, names, open_places
from assets.attributes import CompanySettings
from assets.draft import NEEDED
from assets.loader import SettingsMistakes
from destinations import registry
from resources.hr import opening
from resources.hr.access import export_source
from roster.intake import take_in as intake
from roster.settings import CsvFormat

TRIAL: Final = "TRIAL"
"""Stands in for what is open of a destination, such as a policy."""
_SOURCES: Final = ("csv", "sftp", "url")
"""Where HR's file may be said to be."""
PREFIX: Final = "ROLLCALL_TRIAL_"
"""How the variables begin that a tried YAML may name."""


@dataclass(frozen=True)
class Trial:
    """What is tried."""

    company: str
    text: str
    """Its `defs.yaml`."""
    filled: list[str]
    """The places that were open, and for which something stands in."""
    left_out: list[str]
    """The destinations that have no stand-in, by title."""
    environment: Mapping[str, str]
    """Variable → its value, in some of which ``{sandbox}`` stands for where the sandbox listens."""


def prepare(given: str, file: Path | None) -> Trial:
    """A company's settings, or a draft's, as they are tried.

    Args:
        given: Its name, or the folder of its `defs.yaml`.
        file: HR's file; None: the one that the settings name on this machine.

    Raises:
        SettingsMistakes: There is no such company, its YAML is wrong, or its file is on a server and none was given.
    """
    where = loader.find(given)
    document = yaml.safe_load(loader.text_of(where))
    if not isinstance(document, dict) or not isinstance(document.get("attributes"), dict):
        raise SettingsMistakes([f"{where}: it has no attributes."])
    left_open = list(open_places.in_settings(document["attributes"], ()))
    attributes = _filled_in(document)["attributes"]
    needed = [place[3] for place in left_open if place[:3] == ("hr", "people", "columns") and place[3] in NEEDED]
    if lacking := [name for name in needed if name not in attributes["hr"]["people"]["columns"]]:
        raise SettingsMistakes([f"{where}: nothing can stand in for {', '.join(lacking)}. Say which of the file's columns it is."])
    tried = {name: value for name, value in attributes.items() if not _leads_out(value)}
    tried["hr"] = _hr(attributes["hr"], where.parent, file)
    trials = {name: registry.trial(name) for name in registry.titles() if name in attributes}
    tried |= {name: found.pointed(attributes[name]) for name, found in trials.items() if found}
    left_out = [registry.titles()[name] for name, found in trials.items() if not found]
    if left_out and not any(trials.values()):
        raise SettingsMistakes([f"{' and '.join(left_out)}: there is no stand-in, so that nothing can be tried."])
    tried = {name: value for name, value in tried.items() if name not in trials or trials[name]}
    environment = {name: value for found in trials.values() if found for name, value in found.ENVIRONMENT.items()}
    text = yaml.safe_dump({"type": "assets.RosterSync", "attributes": tried}, allow_unicode=True, sort_keys=False)
    return Trial(called(where), text, [".".join(map(str, place)) for place in left_open], left_out, environment)


def called(where: Path) -> str:
    """What the company of a `defs.yaml` is called in its trial."""
    company = where.absolute().parent.name
    return company if names.may_be_called(company) else "trial"


def seed(settings: CompanySettings) -> dict[str, Any]:
    """What the sandbox has at the start, by what the rules give the people of HR's file.

    Raises:
        Unfit: The file cannot be taken in.
        NoFile: There is none.
    """
    people = _roster(settings)
    found: dict[str, Any] = {}
    for name, part in settings.parts().items():
        word = next(one for one in registry.titles() if name.partition("_")[0] == one)
        found[word] = _merged(found.get(word, {}), registry.trial(word).seed(part, people))
    return found


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both, part for part; lists one after the other."""
    made = dict(one)
    for name, value in other.items():
        if isinstance(value, dict):
            made[name] = _merged(made.get(name, {}), value)
        else:
            made[name] = made[name] + value if isinstance(value, list) and name in made else value
    return made


def _roster(settings: CompanySettings) -> pd.DataFrame:
    source, zone = settings.hr.source, ZoneInfo(settings.timezone)
    files = export_source(source, settings.hr.each, Path("/"), settings.timezone)
    taken, now = files.take(files.newest()), datetime.now(zone)
    content = opening.plain(taken.content, source)
    return intake.take_in(content, source, settings.hr.people, now.date(), zone=zone, moment=now).roster


def _hr(hr: Mapping[str, Any], folder: Path, file: Path | None) -> dict[str, Any]:
    """HR's part, with a file on this machine."""
    source: Mapping[str, Any] = next((hr[name] for name in _SOURCES if hr.get(name)), {})
    if hr.get("files") and "csv" not in hr:
        advice = "copy them to this machine, and try a draft with `csv` and their paths in its place."
        raise SettingsMistakes([f"HR's files are on a server, which a trial does not ask: {advice}"])
    if file is None and "csv" not in hr:
        raise SettingsMistakes(["HR's file is on a server, which a trial does not ask: name a file, rollcall try --file FILE COMPANY."])
    if hr.get("content") == "changes":
        return _hr(_with_everyone(hr), folder, file)
    if file and hr.get("files"):
        raise SettingsMistakes(["Several files are one roster here: put them where the settings look, and name none."])
    path = file.absolute() if file else (folder.absolute() / str(source.get("path", "")))
    own = {name: value for name, value in source.items() if name in CsvFormat.model_fields or name == "openpgp"}
    own |= {"openpgp": _as_it_lies(own["openpgp"])} if "openpgp" in own else {}
    if file:  # it may be called anything
        own = {name: value for name, value in own.items() if not name.startswith("date_in_name")}
    kept = {name: value for name, value in hr.items() if name not in (*_SOURCES, "files") and not _leads_out(value)}
    if hr.get("files"):
        named = hr["files"]
        kept["files"] = {name: _absolute(one, folder) for name, one in named.items()} if isinstance(named, dict) else named
    return {"csv": {**own, "path": str(path)}, **kept}


def _with_everyone(hr: Mapping[str, Any]) -> dict[str, Any]:
    """HR's part without changes: a trial begins with everyone, as its company will."""
    kept = {name: value for name, value in hr.items() if name not in ("content", "changes")}
    full = (hr.get("changes") or {}).get("full")
    kept |= {name: {**kept[name], **({"path": full} if full else {})} for name in _SOURCES if isinstance(kept.get(name), dict)}
    return {**kept, "people": {**kept.get("people", {}), "absent_means": "unchanged"}}


def _absolute(one: Any, folder: Path) -> Any:
    """One of several files, from wherever its settings are; neither manifest nor signature needs to lie beside it."""
    if not isinstance(one, dict):
        return one
    own = {name: value for name, value in one.items() if name != "manifest"}
    own |= {"openpgp": _as_it_lies(own["openpgp"])} if "openpgp" in own else {}
    return {**own, "path": str(folder.absolute() / own["path"])} if "path" in own else own


def _as_it_lies(agreed: Any) -> Any:
    """How HR protects a file, without a signature that would have to lie beside it."""
    if not isinstance(agreed, dict) or "detached" not in agreed:
        return agreed
    return {name: agreed[name] for name in ("key", "passphrase") if name in agreed} or None


def _filled_in(document: Any) -> Any:
    """The document with the guess at each open place, else with something that works there."""
    places = list(open_places.in_settings(document["attributes"], ("attributes",)))
    guessed = copy.deepcopy(open_places.with_guesses(document, places))
    still = list(open_places.in_settings(guessed["attributes"], ("attributes",)))
    of_a_destination = [place for place in still if place[1] in registry.titles()]
    for place in of_a_destination:
        above = guessed
        for key in place[:-1]:
            above = above[key]
        above[place[-1]] = TRIAL
    return open_places.without(guessed, [place for place in still if place not in of_a_destination])


def _leads_out(value: Any) -> bool:
    """Whether a part of the YAML names a variable or a server."""
    return any(name in ("env", "host", "url") for name in _names(value))


def _names(value: Any) -> Iterator[str]:
    parts = value.items() if isinstance(value, dict) else ((None, one) for one in value) if isinstance(value, list) else ()
    for name, below in parts:
        if name is not None:
            yield str(name)
        yield from _names(below)
