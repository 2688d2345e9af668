"""Values that come from the environment when they are used, never when a company's YAML is loaded.

Belongs here: how the YAML names them. Does not belong here: what they are for.
"""

import os
import unicodedata
from typing import Any

from pydantic import ConfigDict, Field, RootModel, model_validator

from resources.failures import Permanent
from roster.settings import Strict


class FromEnv(Strict):
    """A value that is read from the environment when it is used, never when the YAML is loaded."""

    env: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """Name of the environment variable."""

    def resolve(self, *, lines: bool = False) -> str:
        """The variable's value.

        Args:
            lines: Whether it may have several lines.

        Raises:
            Permanent: The variable is not set, or empty, or holds a line end or another control character.
        """
        value = os.environ.get(self.env, "")
        if not value:
            raise Permanent(f"The environment variable {self.env} is not set.", "Set it for the process that runs the job.")
        if not lines and any(unicodedata.category(character) == "Cc" for character in value):
            what = f"The environment variable {self.env} holds a line end or another control character. Nothing was sent."
            raise Permanent(what, "Set it without: a value that was read from a file often keeps the file's last line end.")
        return value


class Secret(FromEnv):
    """A secret, given by the name of an environment variable: ``{env: NAME}``."""

    @model_validator(mode="before")
    @classmethod
    def _never_plain(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise ValueError("a secret is never written here: give the name of an environment variable as {env: NAME}")
        return value


class EnvText(RootModel[str | FromEnv]):
    """Plain text, or ``{env: NAME}`` for text that comes from the environment."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    def resolve(self) -> str:
        """The text, or the variable's value.

        Raises:
            Permanent: The variable is not set, or empty.
        """
        return self.root if isinstance(self.root, str) else self.root.resolve()

    def __repr__(self) -> str:
        return "<text>" if isinstance(self.root, str) else repr(self.root)
