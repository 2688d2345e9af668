"""What all settings are: models that refuse what they do not know, and lists of texts that YAML cannot make something else of.

Belongs here: what every model of settings may need. Does not belong here: any setting.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Strict(BaseModel):
    """A settings model that refuses unknown keys and never shows a value in its errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


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
