"""What a model's attributes mean: read from the source when somebody asks, as pydantic would read it at each start."""

from pydantic import BaseModel, ConfigDict, Field

from roster.strict import Strict, described


class Above(Strict):
    """A model that another one extends."""

    first: str = ""
    """The first."""
    second: str = ""
    """Not what it means
    below.
    """
    silent: str = ""


class Below(Above):
    """Its attributes, and what they mean there."""

    second: str = ""
    """The second,
    in two lines.
    """
    otherwise: str = Field(default="", alias="else")
    """Written otherwise."""


class AsPydantic(BaseModel):
    """The same by pydantic."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    first: str = ""
    """The first."""
    second: str = ""
    """The second,
    in two lines.
    """


def test_what_an_attribute_means_is_what_stands_below_it_where_it_was_written_last() -> None:
    found = described(Below)
    assert found == {"first": "The first.", "second": "The second,\nin two lines.", "otherwise": "Written otherwise."}
    assert {name: found[name] for name in ("first", "second")} == {
        name: field.description for name, field in AsPydantic.model_fields.items()
    }


def test_the_schema_says_it_under_the_name_that_the_yaml_has() -> None:
    properties = Below.model_json_schema()["properties"]
    assert {name: one.get("description") for name, one in properties.items()} == {
        "first": "The first.",
        "second": "The second,\nin two lines.",
        "silent": None,
        "else": "Written otherwise.",
    }
