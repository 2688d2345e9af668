"""What may be typed where a run is launched: run config stays in Dagster as it was typed, so what must not stay there is refused before.

Belongs here: the types of run config, and what their refusals say. Does not belong here: which config a job or step takes, and what is done
with it.

Dagster looks at the config in the process that has the code, before it makes the run; `post_process` is the only hook that it has there.
Of a name it cannot be told that it is one: whoever types a reason is told to leave it out.
"""

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Final, TypeVar, get_args, get_origin

import dagster as dg
import pandas as pd
from dagster._config.config_type import ConfigScalar, ConfigScalarKind
from dagster._config.errors import PostProcessingError
from pydantic import BaseModel, ConfigDict

from roster.characters import ascii_like
from roster.intake.gate import STOPPING
from roster.intake.numbers import is_other
from roster.intake.validation import is_employee_id
from roster.vocabulary import RELEASED_BY_KIND

Given = TypeVar("Given", bound=BaseModel)

_ADDRESS: Final = re.compile(r"[^\s@](?:@|%40)[^\s@]|@\s*[\w.-]+\.[^\W\d_]{2,}")
_PHONE: Final = re.compile(r"(?<!\w)\+[0-9(](?:[\s()./-]*[0-9]){5,}")
_LIKE_ACCOUNT: Final = re.compile(r"(?<![^\W_])(?=([A-Za-z]{2}[0-9]{2}(?:[\s./-]{0,2}[0-9A-Za-z]){11,30}))")
_SHORTEST_IBAN: Final = 15
_LONGEST: Final = 500


class Typed(BaseModel):
    """What a step is given by its run's config."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Text(ConfigScalar):
    """A text with a rule, which says what is wrong with one, or nothing. It never repeats the text."""

    def __init__(self, name: str, rule: Callable[[str], str], description: str) -> None:
        super().__init__(key=name, given_name=name, scalar_kind=ConfigScalarKind.STRING, description=description)
        self._rule = rule

    def post_process(self, value: Any) -> str:
        """The text, if it may stay in Dagster."""
        if fault := self._rule(str(value)):
            raise PostProcessingError(fault)
        return str(value)


def _number(text: str) -> str:
    if is_employee_id(pd.Series([text], dtype="str")).item():
        return ""
    return "This is no employee number. Nobody is named by an address or a name here: it would stay in the run's config."


def _words(text: str) -> str:
    seen = ascii_like(text)
    if _ADDRESS.search(seen) or _PHONE.search(seen) or _has_account(seen):
        return "An address, telephone number or account would stay in the run's config: initials and a ticket will do."
    return f"It is longer than {_LONGEST} characters." if len(text) > _LONGEST else ""


def fault_of_words(text: str) -> str:
    """What is wrong with a text that would stay in a run's config; empty where nothing is."""
    return _words(text)


def _has_account(text: str) -> bool:
    """Whether an IBAN stands anywhere in it, in groups too. Its end is not known: the next word may follow like a group of its own."""
    close = [re.sub(r"[\s./-]", "", found[1]) for found in _LIKE_ACCOUNT.finditer(text)]
    cut = [one[:length] for one in close for length in range(_SHORTEST_IBAN, len(one) + 1)]
    return bool(cut) and bool(is_other(pd.Series(cut, dtype="str")).any())


def _digest(text: str) -> str:
    return "" if re.fullmatch(r"[0-9a-f]{0,64}", text) else "This is no digest: the plan's check `held` and the report have it."


def _run(text: str) -> str:
    return "" if re.fullmatch(r"[0-9a-f-]{0,36}", text) else "This is no id of a run."


def _check(text: str) -> str:
    # What is nearly one is a slip, which the run tells by its name.
    return (
        "" if get_close_matches(text, STOPPING, n=1, cutoff=0.75) else f"The gate has no check of this name. It has {', '.join(STOPPING)}."
    )


NUMBER: Final = Text("EmployeeNumber", _number, "An employee number, as HR writes it.")
WORDS: Final = Text("Words", _words, "Stays in the run's config: no names, no addresses.")
DIGEST: Final = Text("Digest", _digest, "The digest of a held set.")
RUN: Final = Text("RunId", _run, "A run's id.")
CHECK: Final = Text("GateCheck", _check, "A check of the gate.")
KIND: Final = dg.Enum("KindOfChange", [dg.EnumValue(kind) for kind in RELEASED_BY_KIND])


def schema(model: type[BaseModel]) -> dict[str, dg.Field]:
    """The config that a model takes. A text's type stands in its annotation; without one it is `WORDS`."""
    return {name: _field(one) for name, one in model.model_fields.items()}


def _field(field: Any) -> dg.Field:
    kind: Any = next((each for each in field.metadata if isinstance(each, Text | dg.Enum)), WORDS)
    kind = field.annotation if field.annotation in (bool, int) else kind
    if get_origin(field.annotation) is list:
        assert get_args(field.annotation) == (str,)  # noqa: S101 - nothing else is typed in a list
        return dg.Field([kind], default_value=[], description=field.description)
    return dg.Field(kind, default_value=field.default, description=field.description)


def given(context: dg.AssetExecutionContext, model: type[Given]) -> Given:
    """What a step was given."""
    return model.model_validate(context.op_execution_context.op_config or {})


def in_words(error: dg.DagsterInvalidConfigError) -> str:
    """What is wrong with a run's config, without what was typed: where, and what may stand there."""
    return " ".join(dict.fromkeys(_in_words(one) for one in error.errors))


def _in_words(error: Any) -> str:
    where = [str(entry.field_name) if hasattr(entry, "field_name") else f"number {entry.list_index + 1}" for entry in _places(error)]
    data, at = error.error_data, f"{', '.join(where) or 'the config'}: "
    if isinstance(getattr(data, "message", None), str):  # a rule of ours
        return at + data.message.partition(": ")[2].strip()
    what = {
        "RUNTIME_TYPE_MISMATCH": "another kind of value is wanted",
        "MISSING_REQUIRED_FIELD": f"{getattr(data, 'field_name', 'something')} is missing",
        "MISSING_REQUIRED_FIELDS": f"{', '.join(getattr(data, 'field_names', []))} are missing",
        "FIELD_NOT_DEFINED": "it has a name that is not known",
        "FIELDS_NOT_DEFINED": "it has names that are not known",
    }
    return f"{at}{what.get(error.reason.value, 'it does not fit')}."


def _places(error: Any) -> list[Any]:
    return [entry for entry in error.stack.entries if hasattr(entry, "field_name") or hasattr(entry, "list_index")]
