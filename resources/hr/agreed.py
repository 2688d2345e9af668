"""What is agreed with HR about how the export is sent: encrypted or signed by OpenPGP, and with a manifest beside it.

Belongs here: the strict models of that. Does not belong here: where the file lies (``resources.hr.locations``), how its bytes become rows
(``roster.settings``), opening it (``resources.hr.openpgp``), holding it against its manifest (``resources.hr.manifest``).
"""

import re
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from resources.environment import Secret
from resources.ssh.settings import PrivateKey
from roster.settings import Strict

MANIFEST: Final = "manifest"
SIGNATURE: Final = "signature"


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class OpenPgpKey(PrivateKey):
    """A private key of ours, binary or armoured, and what it is encrypted with."""

    passphrase: Secret | None = None
    """What this key is encrypted with, where that is another passphrase than `openpgp.passphrase`."""


class Certificate(Strict):
    """Certificates (public keys), binary or armoured: ``{file: path}``, or ``{env: NAME}``, a variable that holds their text."""

    env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """Name of the environment variable that holds them."""
    file: str | None = Field(default=None, pattern=r"^(/|~/)")
    """Their file: an absolute path, or one that begins with ~/."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("exactly one of env and file is needed")
        return self


class OpenPgp(Strict):
    """How HR protects the export by OpenPGP. A file that comes in another way than is agreed here stops."""

    key: Annotated[list[OpenPgpKey], BeforeValidator(_listed, json_schema_input_type=OpenPgpKey | list[OpenPgpKey])] = Field(default=[])
    """The private key that opens the export, or several while HR changes from one to the next. Without one the export is signed only."""
    passphrase: Secret | None = None
    """What the keys are encrypted with."""
    signers: list[str] = Field(default=[])
    """Fingerprints of those who may sign. With them the export needs a valid signature of one of them; without, none is asked for."""
    certificates: Annotated[list[Certificate], BeforeValidator(_listed, json_schema_input_type=Certificate | list[Certificate])] = Field(
        default=[]
    )
    """Where the signers' certificates are."""
    detached: str | None = Field(default=None, min_length=1)
    """Name of the file beside the export that has the signature: ``{name}.sig``. Without it the signature is in the export itself."""

    @field_validator("signers")
    @classmethod
    def _whole(cls, value: list[str]) -> list[str]:
        plain = [re.sub(r"[\s:]", "", each).upper().removeprefix("0X") for each in value]
        if any(not re.fullmatch(r"[0-9A-F]{40}|[0-9A-F]{64}", each) for each in plain):
            raise ValueError("a signer is named by the whole fingerprint, 40 or 64 hexadecimal digits: `gpg --show-keys FILE` shows it")
        return plain

    @field_validator("detached")
    @classmethod
    def _another_file(cls, value: str | None) -> str | None:
        return None if value is None else _name_beside(value, "{name}.sig")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.key and not self.signers:
            raise ValueError("key, signers or both are needed: what is agreed with HR?")
        if bool(self.signers) != bool(self.certificates):
            raise ValueError("signers and certificates belong together: a signature cannot be checked without the signer's certificate")
        if self.passphrase and not self.key:
            raise ValueError("passphrase is for a key")
        if self.detached and not self.signers:
            raise ValueError("detached is for signers: who may sign?")
        return self


class Manifest(Strict):
    """A small file beside the export that says what must be in it. A file without its manifest is not there yet."""

    name: str = Field(min_length=1)
    """Its name: ``{name}`` is the export's name, ``{stem}`` that without its last ending."""
    hash: str | None = Field(default=None, pattern=r"^(md5|sha1|sha256|sha512)$")
    """Which hash of the export it has: md5, sha1, sha256 or sha512. None: it has none."""
    hash_field: str | None = Field(default=None, min_length=1)
    """What the hash is called there, if not by its kind; in lines as `sha256sum` writes them it is called nothing."""
    rows_field: str | None = Field(default=None, min_length=1)
    """What the number of rows is called there. None: it has none."""

    @field_validator("name")
    @classmethod
    def _another_file(cls, value: str) -> str:
        return _name_beside(value, "{name}.sha256")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.hash is None and self.rows_field is None:
            raise ValueError("hash, rows_field or both are needed: what does it say of the export?")
        if self.hash_field and self.hash is None:
            raise ValueError("hash_field belongs to hash")
        return self


class AsAgreed(Strict):
    """What a source says of how HR sends the export."""

    openpgp: OpenPgp | None = None
    """The export comes encrypted, signed or both, by OpenPGP (PGP, GnuPG)."""
    manifest: Manifest | None = None
    """A file with the export's hash or number of rows lies beside it."""

    @property
    def companions(self) -> dict[str, str]:
        """What must lie beside the export and is read with it, `MANIFEST` or `SIGNATURE` → its name."""
        signature = self.openpgp.detached if self.openpgp else None
        names = {MANIFEST: self.manifest.name if self.manifest else None, SIGNATURE: signature}
        return {what: name for what, name in names.items() if name}


def besides(done_marker: str | None, agreed: AsAgreed) -> list[str]:
    """How the files are called that must lie beside an export before it counts: its marker, and what is read with it."""
    return [*filter(None, [done_marker]), *agreed.companions.values()]


def _name_beside(value: str, such_as: str) -> str:
    if "/" in value or value == "{name}" or re.search(r"[*?\[]", value):
        raise ValueError(f"the name of another file in the same folder, such as {such_as}")
    return value
