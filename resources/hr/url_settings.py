"""What a company's YAML says of an export that lies at a URL: in an object store, on an FTPS server, behind a web address.

Belongs here: the strict model of that, and what of it is refused before anything is asked. Does not belong here: the clients
(``resources.hr.urls`` leads to them), files on this machine and over SFTP (``resources.hr.locations``).
"""

import posixpath
import re
from typing import Annotated, Any, ClassVar, Final, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BeforeValidator, Field, field_validator, model_validator

from resources.environment import EnvText, FromEnv, Secret
from resources.hr.agreed import AsAgreed, besides
from resources.hr.meant import MAGIC
from resources.places import LIBRARIES
from roster.settings import CsvFormat

BUCKETS: Final = tuple(scheme for scheme in LIBRARIES if scheme != "adl")
"""How a place in an object store begins."""
_WEB: Final = ("https", "http")
_SECRETS: Final = frozenset(
    (
        *("key", "secret", "token", "password", "passphrase", "account_key", "connection_string", "sas_token", "credential"),
        *("client_secret", "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "access_key", "secret_key"),
    )
)
"""Options of the libraries that are secrets, or say whose they are."""
_NO_SECRET: Final = re.compile(r"google_default|cache|cloud|anon|[~/].*")
"""What Google's `token` may be: a word for where it is found, or the path of its file."""
_IN_QUERY: Final = re.compile(r"sig|secret|token|password|passwd|pwd|credential|(?<![a-z])key|auth", re.IGNORECASE)


def _option(value: Any) -> Any:
    """An option as it is meant; pydantic itself would tell a wrong one by each kind that it is not."""
    if isinstance(value, dict):
        return FromEnv.model_validate(value) if set(value) == {"env"} else {str(name): _option(one) for name, one in value.items()}
    if isinstance(value, FromEnv | bool | int | str):
        return value
    raise ValueError("a text, a number, true or false, or {env: NAME}")


Option = Annotated[FromEnv | bool | int | str | dict[str, Any], BeforeValidator(_option)]


class UrlSource(AsAgreed, CsvFormat):
    """HR's export as a file at a URL."""

    url: str
    """A file, or a pattern in one folder: ``s3://``, ``gs://`` or ``abfs://`` with a bucket, ``ftps://`` with a host; or one file,
    ``https://``."""
    options: dict[str, Option] = Field(default={})
    """For an object store: what its library (s3fs, gcsfs, adlfs) is given. Secrets as ``{env: NAME}``; without any it looks for credentials
    itself, as on every machine of that cloud."""
    user: EnvText | None = None
    """Who logs in, for ``ftps://`` and ``https://``."""
    password: Secret | None = None
    """By which password."""
    token: Secret | None = None
    """For ``https://``, in place of both: a bearer token."""
    newest: Literal["name", "modified"] = "name"
    """Which of several matching files is the newest: the newest by name, or the last modified."""
    done_marker: str | None = None
    """Name of a file that says that the export is complete; ``{name}`` is the export's name, ``{stem}`` that without its ending."""
    afterwards: Literal["leave", "archive", "delete"] = "leave"
    """What becomes of the file once it has landed."""
    archive: str | None = None
    """The folder for `afterwards: archive`, beside the file unless it begins with a slash."""

    PLACED_BY: ClassVar[str] = "url"
    """What of the settings says where the file is."""

    @property
    def place(self) -> str:
        """Where the file is."""
        return self.url

    def elsewhere(self, place: str) -> Self:
        """The same for a file at another place.

        Raises:
            ValueError: It is no place, or one that is opened in another way.
        """
        made = self.model_copy(update={"url": self._known(place)})
        if (made.scheme, made.host) != (self.scheme, self.host):
            raise ValueError("another bucket or host than the source's url: what opens the one is sent to no other")
        made._check()
        return made

    @property
    def is_one_file(self) -> bool:
        """Whether it is a file behind a web address, which lies in no folder."""
        return self.scheme in _WEB

    @property
    def scheme(self) -> str:
        """How the URL begins, before ``://``."""
        return self.url.partition("://")[0]

    @property
    def host(self) -> str:
        """The bucket or container, or the server with its port."""
        return self.url.partition("://")[2].partition("/")[0]

    @property
    def path(self) -> str:
        """The file or pattern behind it, with its folder."""
        rest = self.url.partition("://")[2].partition("/")[2]
        return unquote(urlsplit(self.url).path).lstrip("/") if self.scheme in _WEB else rest

    @property
    def folder(self) -> str:
        """The folder, as `path` has it."""
        return posixpath.dirname(self.path)

    @property
    def pattern(self) -> str:
        """What the files are called."""
        return posixpath.basename(self.path)

    @property
    def beside(self) -> list[str]:
        """How the files are called that must lie beside the export before it counts."""
        return besides(self.done_marker, self)

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        scheme, _, rest = value.partition("://")
        host, _, path = rest.partition("/")
        if scheme in ("file", "sftp", "ftp") or not rest:
            raise ValueError(
                {
                    "sftp": "an SFTP server has settings of its own: hr.sftp",
                    "ftp": "plain FTP sends passwords open: ask for FTPS or SFTP",
                }.get(scheme, "a file on this machine has settings of its own: hr.csv")
            )
        if scheme not in (*BUCKETS, *_WEB, "ftps"):
            raise ValueError("it begins with none of s3://, gs://, abfs://, ftps:// and https://")
        if "::" in value or any(character.isspace() for character in host):
            raise ValueError("not one address")
        if "@" in host and (":" in host.partition("@")[0] or not scheme.startswith("abfs")):
            raise ValueError("whoever logs in and by what does not stand in the URL: use user and password, or options")
        if not host:
            raise ValueError("a bucket, container or host stands behind the ://")
        if "{" in host:
            raise ValueError("all files lie in one bucket or at one host: {file} may stand behind it only")
        _only_in_name(scheme, host, path)
        _no_secret(scheme, value)
        return value

    @field_validator("options")
    @classmethod
    def _secrets_by_name(cls, value: dict[str, Option]) -> dict[str, Option]:
        plain = [(name, one) for name, one in value.items() if not isinstance(one, dict)]
        plain += [(name, one) for given in value.values() if isinstance(given, dict) for name, one in given.items()]
        for name, one in plain:
            if isinstance(one, FromEnv) or (name == "token" and isinstance(one, str) and _NO_SECRET.fullmatch(one)):
                continue
            if name.lower() in _SECRETS:
                raise ValueError(f"{name} is never written here: give the name of an environment variable as {{env: NAME}}")
            if isinstance(one, str) and re.search(r"://[^/]*@", one):
                raise ValueError(f"{name} has a user name in its address")
        return value

    @field_validator("done_marker")
    @classmethod
    def _marker_name(cls, value: str | None) -> str | None:
        if value is not None and (not value or "/" in value or value == "{name}"):
            raise ValueError("the name of another file in the same folder, such as {name}.done")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self._check()
        return self

    def _check(self) -> None:
        if (self.afterwards == "archive") != bool(self.archive):
            raise ValueError("archive names the folder for `afterwards: archive`, and belongs to nothing else")
        if self.archive and posixpath.normpath(posixpath.join("/", self.folder, self.archive)) == f"/{self.folder}".rstrip("/"):
            raise ValueError("archive is the folder itself: name another")
        if self.options and self.scheme not in BUCKETS:
            raise ValueError(f"options are for object stores; {self.scheme}:// has user, password and token")
        {"ftps": self._for_ftps, **dict.fromkeys(_WEB, self._for_web)}.get(self.scheme, self._for_bucket)()

    def _for_bucket(self) -> None:
        if self.user or self.password or self.token:
            raise ValueError("user, password and token are for ftps:// and https://: an object store has options")

    def _for_ftps(self) -> None:
        if not (self.user and self.password) or self.token:
            raise ValueError("ftps:// needs user and password, and nothing else")

    def _for_web(self) -> None:
        if self.beside or self.afterwards != "leave" or "newest" in self.model_fields_set:
            raise ValueError(
                f"{self.scheme}:// has one file and no folder: "
                "newest, done_marker, manifest, openpgp.detached, afterwards and archive mean nothing"
            )
        from resources.http import is_loopback  # noqa: PLC0415 - whoever only reads settings needs no client

        host = urlsplit(self.url).hostname or ""
        if self.scheme == "http" and not is_loopback(host):
            raise ValueError("plain http is for this machine only: use https")
        given = (bool(self.user), bool(self.password), bool(self.token))
        if given not in ((True, True, False), (False, False, True)) and (any(given) or not is_loopback(host)):
            raise ValueError(f"{self.scheme}:// needs user and password, or token")


def _only_in_name(scheme: str, host: str, path: str) -> None:
    folder, name = posixpath.split(path)
    if scheme in _WEB:
        if not posixpath.basename(urlsplit(f"//{host}/{path}").path) or re.search(r"[*\[]", path):
            raise ValueError("https:// names one file: there is no folder to look for a pattern in")
        return
    if MAGIC.search(host) or MAGIC.search(folder) or not name:
        raise ValueError("a file, or a pattern in one folder: * ? [ may stand in the last part only")


def _no_secret(scheme: str, url: str) -> None:
    """Addresses are shown with links, in errors and by whoever reads the YAML."""
    try:
        parsed = urlsplit(url)
        wrong = parsed.port == 0
    except ValueError:
        raise ValueError("not an address") from None
    query = parsed.query if "=" in parsed.query else ""
    secret = scheme not in _WEB and bool(re.match(r"[\w.-]+=", query))
    if wrong or secret or any(_IN_QUERY.search(name) for name, _ in parse_qsl(query, keep_blank_values=True)):
        raise ValueError("a secret or setting stands in the URL's query: use token, user and password, or options")
