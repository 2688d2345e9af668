"""What a company's YAML says of Findity's dimensions and of who approves for values and units.

Belongs here: the strict models of that. Does not belong here: what they come to (``wanted``). Names are Findity's where it has some.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from roster.settings import Rule, Strict

Approval = Literal["approverIds", "departments", "dimensions"]


class Step(Strict):
    """One step of an approval."""

    employee: str | None = None
    """Who, by employee number."""
    rule: Rule | None = None
    """Or where each person's row gives that number: the rows of one value, or of one unit, must agree."""
    amountLimit: Annotated[float, Field(ge=0)] | None = None
    """What is over it goes on to the next step; none: nothing does."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.employee is None) == (self.rule is None):
            raise ValueError("exactly one of employee and rule is needed")
        return self


Steps = Annotated[list[Step], Field(max_length=3)]
"""In their order. Findity has at most three."""


class Values(Strict):
    """Where a dimension's values come from."""

    id: Rule | None = None
    """Where each person's row gives the external id of a value."""
    name: Rule | None = None
    """Where it gives that value's name: the rows of one value must agree. Without it a new value is called by its id, and a name that is
    there stays."""
    named: dict[str, str] = Field(default_factory=dict)
    """External id of a value → its name, for values that the settings themselves name."""

    @model_validator(mode="after")
    def _names_of_values(self) -> Self:
        if self.name is not None and self.id is None:
            raise ValueError("name goes with id")
        return self


class Dimension(Strict):
    """One dimension that is kept in step. Of its own attributes, what is not given here is left as it is there."""

    name: str
    """What people call it."""
    level: Literal["EXPENSE", "REPORT"] | None = None
    """Of what it is a dimension."""
    controlType: str | None = None
    """How people enter it, passed on as it is."""
    presetLocation: str | None = None
    """From where it fills itself, such as EMPLOYEE or DEPARTMENT, passed on as it is."""
    userOverridable: bool | None = None
    """Whether people may enter something else than what it filled itself with."""
    values: Values = Values()
    """Its values."""
    approvers: Steps = Field(default_factory=list)
    """Who approves for each of its values; only with `approval: dimensions`."""
    approvers_of: dict[str, Steps] = Field(default_factory=dict)
    """External id of a value → who approves for it instead."""
    delete: bool = False
    """Take away values that HR does not have. Each such removal waits until it is released. Else they are only told."""


class Departments(Strict):
    """Who approves for units; only with `approval: departments`."""

    approvers: Steps = Field(default_factory=list)
    """Who approves for each unit that somebody is in."""
    approvers_of: dict[str, Steps] = Field(default_factory=dict)
    """A unit as `unit_by` names it → who approves for it instead."""
