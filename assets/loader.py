"""One company's settings from its `defs.yaml`: what `rollcall check`, `dg check defs` and the code location all read it by.

Belongs here: from a file to checked settings, or to the list of what its author has to mend. Does not belong here: what the settings mean
(``assets.attributes``), and Dagster, which is imported for what only Dagster can judge: cron expressions, a component of somebody else's.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import Any, Final, TypeVar

import yaml
from dagster_shared.error import DagsterUnresolvableSymbolError
from dagster_shared.serdes.objects import EnvRegistryKey
from dagster_shared.seven import load_module_object
from dagster_shared.yaml_utils import parse_yamls_with_source_position
from dagster_shared.yaml_utils.source_position import ValueAndSourcePositionTree
from pydantic import BaseModel, ValidationError

from assets import names, open_places
from assets.attributes import FILL_IN, CompanySettings, model
from assets.attributes import Path as Place
from assets.columns_named import unasked_words, unmapped_columns
from assets.quiet import log
from resources.failures import PRIVATE

KEYS: Final = ("type", "attributes", "template_vars_module", "requirements", "post_processing")
"""What may stand at the top of a component's file. The last three are Dagster's own, and Dagster judges them."""
_KEPT: Final = 8
"""Texts whose meaning is kept: loading a company asks for it several times, one after the other."""
_NO_SUCH: Final = "there is no such setting here"
_Model = TypeVar("_Model", bound=BaseModel)
OURS: Final = ("assets.RosterSync", "assets.component.RosterSync")


class SettingsMistakes(Exception):
    """What the author of a `defs.yaml` has to mend, one line each, without the values that were given.

    Attributes:
        lines: The mistakes, in the order of the file.
        draft: The settings themselves, where all that is wrong with them is what `rollcall map` has left open.
    """

    def __init__(self, lines: Sequence[str], draft: CompanySettings | None = None) -> None:
        self.lines, self.draft = list(lines), draft
        super().__init__("\n".join(self.lines))


@dataclass(frozen=True)
class _Mistake:
    place: Place
    """From the top of the file, key by key."""
    what: str
    anywhere: bool = False
    """It is the file's, and no line's."""


def find(company: str) -> Path:
    """The `defs.yaml` of a company, given by its name, by the folder that the file is in, or by the file itself.

    Raises:
        SettingsMistakes: There is none.
    """
    beside = names.companies_folder()
    for folder in (beside / company, Path(company)):
        if (folder / "defs.yaml").is_file():
            return folder / "defs.yaml"
    given = Path(company)
    if given.suffix in (".yaml", ".yml"):
        if given.is_file():
            return given
        raise SettingsMistakes([f"{company}: {'this is a folder without a defs.yaml' if given.is_dir() else 'there is no such file'}."])
    if len(given.parts) > 1:  # no company is called by a path
        raise SettingsMistakes([f"{company}: {'this folder has no defs.yaml' if given.is_dir() else 'there is no such folder'}."])
    nowhere = f"Neither {beside / company} nor the folder {company} has a defs.yaml."
    raise SettingsMistakes([f"{names.unknown('company', company, names.companies())} {nowhere}"])


def read(file: Path, *, draft: bool = False) -> CompanySettings:
    """The settings in the file.

    Args:
        file: Where they are.
        draft: It is no company's yet, so that its folder may be called anything.

    Raises:
        SettingsMistakes: They are not right. Each line is ``attributes.hr.csv.path at <file>:7: what is wrong``.
    """
    parsed = _parsed(file)
    lines, found = [] if draft else list(_of_folder(file)), list(_at_the_top(parsed.value))
    settings: CompanySettings | None = None
    left_open: list[Place] = []
    if not found:
        left_open = list(open_places.in_settings(parsed.value["attributes"], ("attributes",)))
        settings, wrong = _validated(parsed, left_open)
        found += [*_of_type(parsed.value["type"]), *_of_dagsters_own(parsed.value), *wrong]
    tried = None if found or lines else settings
    found += [_Mistake(place, f"still says {FILL_IN}") for place in left_open]
    lines += [_line(parsed, file, mistake) for mistake in sorted(found, key=lambda one: _position(parsed, one))]
    if lines or settings is None:
        raise SettingsMistakes(lines, tried)
    return settings


def is_plain(file: Path) -> bool:
    """Whether settings that are right stand for nothing but what is ours: no component of somebody else's, none of Dagster's own keys."""
    value = _parsed(file).value
    return value.keys() <= {"type", "attributes"} and value["type"] in OURS


def _of_folder(file: Path) -> Iterator[str]:
    """Whether a company may be called so."""
    if not names.may_be_called(file.absolute().parent.name):
        yield f"{file.parent}: a company's folder name is part of its asset keys: {names.RULE}"


def text_of(file: Path) -> str:
    """What is in the file.

    Raises:
        SettingsMistakes: It cannot be read.
    """
    try:
        if not S_ISREG(file.stat().st_mode):  # reading a pipe would wait for ever
            raise SettingsMistakes([f"{file}: not a file"])
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsMistakes([f"{file}: cannot be read ({type(error).__name__})"]) from None


def _parsed(file: Path) -> ValueAndSourcePositionTree:
    """The one document in the file; an empty file is one without keys."""
    return _document(file, text_of(file))


@lru_cache(maxsize=_KEPT)
def _document(file: Path, text: str) -> ValueAndSourcePositionTree:
    try:
        documents = parse_yamls_with_source_position(text, str(file))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise SettingsMistakes([f"{file}:{mark.line + 1 if mark else 1}: not valid YAML, {_unquoted(error.problem)}"]) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # a character that YAML does not allow, a day that no calendar has
        raise SettingsMistakes([f"{file}: not valid YAML"]) from None
    except RecursionError:
        raise SettingsMistakes([f"{file}: not valid YAML, nested too deeply"]) from None
    if len(documents) > 1:
        line = documents[1].source_position_tree.position.start.line
        raise SettingsMistakes([f"{file}:{line}: a company is one YAML document, and this is the second"])
    if not documents or documents[0].value is None:
        raise SettingsMistakes([f"type at {file}: Field required", f"attributes at {file}: Field required"])
    if not isinstance(documents[0].value, dict):
        raise SettingsMistakes([f"{file}:1: Input should be an object"])
    return documents[0]


def _unquoted(problem: str | None) -> str:
    """What YAML finds wrong, without the names that it quotes: a secret may begin as an alias or a tag does (``*``, ``&``, ``!``)."""
    return re.sub(r"(?<= )(['\"])(?!<[a-z ]+>\1|.\1).+\1", "…", problem or "")


def _at_the_top(value: dict[Any, Any]) -> Iterator[_Mistake]:
    """What is wrong with the few keys around the settings."""
    extra = [_Mistake((name,), _NO_SUCH) for name in value if name not in KEYS]
    yield from extra
    if "type" not in value:
        yield _Mistake(("type",), "Field required")
    elif not isinstance(value["type"], str):
        yield _Mistake(("type",), "Input should be a valid string")
    if not value.get("attributes"):
        if not extra:  # else it may be a key that is written wrong
            yield _Mistake(("attributes",), "Field required", anywhere=True)
    elif not isinstance(value["attributes"], dict):
        yield _Mistake(("attributes",), "Input should be an object")


def _of_type(name: str) -> Iterator[_Mistake]:
    """Whether it is a company at all."""
    if name in OURS:
        return
    try:
        key = EnvRegistryKey.from_typename(name)
    except ValueError as error:
        yield _Mistake(("type",), str(error).replace("\n", " ").strip(), anywhere=True)
        return
    try:
        found = load_module_object(key.namespace, key.name)
    except DagsterUnresolvableSymbolError as error:
        yield _Mistake(("type",), str(error).replace("\n", " ").strip(), anywhere=True)
        return
    except (Exception, SystemExit) as error:  # what a module of somebody else's does when it is imported
        logging.getLogger(PRIVATE).exception("not foreseen")
        yield _Mistake(("type",), f"importing it failed ({type(error).__name__}); the error's full text is in {log()}")
        return
    # A component of somebody else's is a company if it is one of ours; by name, since that module stands on this one.
    ours = load_module_object(*OURS[0].rsplit(".", 1))
    if not (isinstance(found, type) and isinstance(ours, type) and issubclass(found, ours)):
        yield _Mistake(("type",), f"not {OURS[0]}, which is what a company is")


def _of_dagsters_own(value: dict[str, Any]) -> list[_Mistake]:
    """What is wrong with the keys that are Dagster's."""
    if value.keys() <= {"type", "attributes"}:
        return []
    from dagster.components.core.defs_module import ComponentFileModel, ComponentPostProcessingModel  # noqa: PLC0415 - hardly ever given

    _, wrong = _judged(ComponentFileModel, value, ())
    inside = value.get("post_processing") or {}
    return wrong or _judged(ComponentPostProcessingModel.model(), inside, ("post_processing",))[1]


def _validated(parsed: ValueAndSourcePositionTree, left_open: Sequence[Place]) -> tuple[CompanySettings | None, list[_Mistake]]:
    """The settings if they follow the schema, and all that is wrong with them but that places are open; those are tried with a guess, or
    with what stands in."""
    given = open_places.with_guesses(parsed.value, left_open) if left_open else parsed.value
    settings, wrong = _judged(model(), given["attributes"], ("attributes",))
    closed = [place for place in left_open if any(_is_open(mistake.place, [place]) for mistake in wrong)]
    wrong = [mistake for mistake in wrong if not _is_open(mistake.place, left_open)]
    if settings is None and not wrong:
        settings, _ = _judged(model(), open_places.without(given, closed)["attributes"], ("attributes",))
    if settings is not None:
        between = [*unmapped_columns(settings), *unasked_words(settings)]
        found = (_Mistake(_standing(parsed, ("attributes", *place)), problem) for place, problem in between)
        wrong = [mistake for mistake in found if not _is_open(mistake.place, left_open)]
    return settings, wrong


def _judged(schema: type[_Model], value: Any, above: Place) -> tuple[_Model | None, list[_Mistake]]:
    """What a schema makes of a value, and where it does not fit."""
    try:
        return schema.model_validate(value), []
    except ValidationError as error:
        # In the words for JSON, which are those for YAML: "an object", not "a dictionary or an instance of …".
        worded = ValidationError.from_exception_data(error.title, error.errors(include_url=False), "json", hide_input=True)  # type: ignore[arg-type]
        found = worded.errors(include_input=False, include_url=False, include_context=False)
        return None, [_Mistake((*above, *each["loc"]), _words(each["type"], each["msg"])) for each in found]


def _words(kind: str, message: str) -> str:
    """What a schema says is wrong, without what only its makers say."""
    return _NO_SUCH if kind == "extra_forbidden" else message.removeprefix("Value error, ")


def _is_open(place: Place, left_open: Sequence[Place]) -> bool:
    """Whether a mistake is only that something is open: at that place, below it (the ways in which a value may be read), or in its list."""
    return any(place[: len(one)] == one or (place == one[:-1] and isinstance(one[-1], int)) for one in left_open)


def _standing(parsed: ValueAndSourcePositionTree, place: Place) -> Place:
    """The place as far as it stands in the file: a rule written as a bare column name has no key of its own for it."""
    while place[1:] and parsed.source_position_tree.lookup(place) is None:
        place = place[:-1]
    return place


def _position(parsed: ValueAndSourcePositionTree, mistake: _Mistake) -> int:
    """The line of the nearest place above that stands in the file."""
    position, _ = parsed.source_position_tree.lookup_closest_and_path(mistake.place, None)
    return int(position.start.line)


def _line(parsed: ValueAndSourcePositionTree, file: Path, mistake: _Mistake) -> str:
    where = str(file) if mistake.anywhere else f"{file}:{_position(parsed, mistake)}"
    return f"{'.'.join(map(str, mistake.place))} at {where}: {mistake.what}"
