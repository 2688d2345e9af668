"""That a plan was drawn under other settings than the destination was last written by, and how much of it comes of that.

Belongs here: what is kept of it with a plan, and its sentence. Does not belong here: comparing settings (``assets.settings_then``), and
plans (``roster.plan.because``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

_MOST = 6


@dataclass(frozen=True)
class OtherSettings:
    """What is different."""

    since: str
    """The ISO day on which the destination was last written."""
    places: Sequence[str]
    """Where in the YAML, such as ``limits.leave``: never a value."""
    people: int | None
    """Of how many people the planned or held change comes of it, or is another for it; None where that could not be found out."""
    fewer: int = 0
    """Of how many people a change would be planned by the settings of before, and is not now."""

    def sentence(self) -> str:
        """In words."""
        where = ", ".join(self.places[:_MOST]) + (f" and {len(self.places) - _MOST} more" if len(self.places) > _MOST else "")
        sentence = f"The settings are others than when it was last written, on {self.since} ({where})"
        if self.people is None:
            return f"{sentence}: how many of the changes come of that could not be found out"
        changes = "1 of the planned changes comes" if self.people == 1 else f"{self.people:,} of the planned changes come"
        fewer = f", and {self.fewer:,} {'is' if self.fewer == 1 else 'are'} not planned for it" if self.fewer else ""
        return f"{sentence}: {changes} of that{fewer}"

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "places": list(self.places)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Self | None:
        """What `to_json` wrote."""
        return cls(**stored) if stored else None
