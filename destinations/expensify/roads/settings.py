"""What a company's YAML says of the road by which the feed gets to Expensify.

Belongs here: the strict models of that. Does not belong here: the roads themselves.
"""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from resources.environment import EnvText, FromEnv, Secret
from resources.ssh.settings import SshServer
from roster.settings import Strict

REQUEST = "request"


class SeenByExpensify(Strict):
    """What of an SFTP server is otherwise for Expensify than for us. What is not given is the same."""

    host: str | None = Field(default=None, pattern=r"^[^\s/@]+$")
    """The name by which Expensify reaches it."""
    port: Annotated[int, Field(ge=1, le=65535)] | FromEnv | None = None
    """Its port there; a number, or ``{env: NAME}``."""
    login: EnvText | None = None
    """As whom Expensify logs in."""
    password: Secret | None = None
    """By which password; needed where we log in with a key, since Expensify knows passwords only."""
    folder: str | None = None
    """Where the folder is for that login."""


class BySftp(SshServer):
    """The feed lies on an SFTP server, from which Expensify fetches it."""

    folder: str = "."
    """The folder for it, which is there already; without a slash in front it begins where the login ends up."""
    keep_hours: float = Field(default=6, gt=0)
    """After so many hours a feed that was never read back is taken away."""
    seen_by_expensify: SeenByExpensify = SeenByExpensify()
    """What is otherwise for Expensify than for us."""

    @model_validator(mode="after")
    def _a_password_for_expensify(self) -> Self:
        if self.password is None and self.seen_by_expensify.password is None:
            raise ValueError("Expensify logs in with a password only: give it as seen_by_expensify.password")
        return self


def is_location(text: str) -> bool:
    """Whether it names the same folder wherever a run begins."""
    return text.startswith(("/", "~/")) or "://" in text


class ByDownload(Strict):
    """The feed lies in the folder of a web server, from which Expensify fetches it with user and password (basic authentication)."""

    folder: EnvText
    """The folder for it, which is there already: an absolute path, or any location that fsspec knows (``s3://bucket/feeds``)."""
    url: EnvText
    """The address at which the web server offers that folder; https only."""
    user: EnvText
    """feedUser: whom the web server lets in."""
    password: Secret
    """feedPassword."""
    keep_hours: float = Field(default=6, gt=0)
    """After so many hours a feed that was never read back is taken away."""

    @field_validator("folder")
    @classmethod
    def _somewhere(cls, value: EnvText) -> EnvText:
        if isinstance(value.root, str) and not is_location(value.root):
            raise ValueError("an absolute path, or a location such as s3://bucket/feeds")
        return value


def _or_request(schema: dict[str, Any]) -> None:
    """The JSON schema by which YAML is checked and completed takes the word too."""
    mapping = dict(schema)
    schema.clear()
    schema.update({"anyOf": [{"const": REQUEST}, mapping], "description": mapping.get("description")})


class Delivery(Strict):
    """By which road the feed gets to Expensify: ``request``, or one of `sftp` and `download`."""

    model_config = ConfigDict(json_schema_extra=_or_request)

    sftp: BySftp | None = None
    """We upload it to a server, from which Expensify fetches it."""
    download: ByDownload | None = None
    """We publish it in a web server's folder, from which Expensify fetches it."""

    @model_validator(mode="before")
    @classmethod
    def _the_word(cls, value: Any) -> Any:
        if isinstance(value, str) and value != REQUEST:
            raise ValueError("request, or sftp or download with what they need below them")
        return {} if value == REQUEST else value

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.sftp and self.download:
            raise ValueError("one road is enough: request, sftp or download")
        return self
