"""What all settings are: models that refuse what they do not know, and lists of texts that YAML cannot make something else of.

Belongs here: what every model of settings may need. Does not belong here: any setting.
"""

import ast
import inspect
import sys
from functools import cache
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler


class Strict(BaseModel):
    """A settings model that refuses unknown keys and never shows a value in its errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema, with what each attribute means."""
        found = handler(core_schema)
        whole = handler.resolve_ref_schema(found)
        texts = described(cls)
        meaning = {field.alias or name: texts[name] for name, field in cls.model_fields.items() if name in texts}
        for form in (whole, *whole.get("anyOf", [])):  # one of several forms in which it may be written
            for name in form.get("properties", {}).keys() & meaning:
                form["properties"][name].setdefault("description", meaning[name])
        return found


def described(model: type[BaseModel]) -> dict[str, str]:
    """What the text below each attribute of a model says.

    pydantic's `use_attribute_docstrings` finds the same when a class is made, for which every start would wait a quarter of a second.
    """
    found: dict[str, str] = {}
    for part in (one for one in reversed(model.__mro__) if issubclass(one, BaseModel) and one is not BaseModel):
        for one, below in pairwise(_classes(part.__module__).get(part.__name__, [])):
            match one, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = inspect.cleandoc(text)
    return found


@cache
def _classes(module: str) -> dict[str, list[ast.stmt]]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {one.name: one.body for one in tree.body if isinstance(one, ast.ClassDef)}


def listed(value: Any, *also: type) -> Any:
    """A scalar stands for a list of one. Text only: what YAML made of ``0100`` (64) or ``yes`` (true) would quietly match nobody."""
    items = value if isinstance(value, list) else [value]
    for number, item in enumerate(items, start=1):
        if item is not None and not isinstance(item, (str, *also)):
            raise ValueError(f"value {number} is no text: put it in quotes, since YAML reads 0100 as 64 and yes as true")
    return ["" if item is None else item for item in items]


Texts = Annotated[list[str], BeforeValidator(listed, json_schema_input_type=Any)]
Where = dict[str, Annotated[list[str | bool], BeforeValidator(lambda value: listed(value, bool), json_schema_input_type=Any)]]
"""Column → accepted values. A row matches when every named column has one of its values; ``""`` stands for empty, true and false for all
words for yes and no (``roster.yes_or_no``)."""
