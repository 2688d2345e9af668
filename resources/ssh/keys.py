"""The private key that logs in: read from where the settings say, ready to sign.

Belongs here: the formats of keys. Does not belong here: the login (``resources.ssh.session``), the keys by which servers are known
(``resources.ssh.settings``).
No text of a key, and no text of a library about one, gets into an error.
"""

import io
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from resources.environment import Secret
from resources.failures import Permanent
from resources.ssh.settings import PrivateKey


class OldRSAKey(paramiko.RSAKey):
    """An RSA key that signs and is verified by SHA-1, which paramiko gave up in its version 5: for a server that knows nothing else."""

    HASHES = {**paramiko.RSAKey.HASHES, "ssh-rsa": hashes.SHA1}  # type: ignore[misc]  # noqa: RUF012 - not as final as the stubs have it


def private_key(setting: PrivateKey, passphrase: Secret | None, old_rsa: bool = False) -> paramiko.PKey:
    """The key that the settings mean, ready to sign.

    Args:
        setting: Where it is.
        passphrase: What it is encrypted with.
        old_rsa: Whether an RSA key must be able to sign by SHA-1.

    Raises:
        Permanent: It is not there, not readable, encrypted otherwise, or of no known kind.
    """
    secret = passphrase.resolve().encode() if passphrase else None
    private = _read_key(_key_text(setting), secret)
    if isinstance(private, RSAPrivateKey):
        return (OldRSAKey if old_rsa else paramiko.RSAKey)(key=private)
    kind: type[paramiko.PKey]
    if isinstance(private, Ed25519PrivateKey):
        kind = paramiko.Ed25519Key
    elif isinstance(private, EllipticCurvePrivateKey):
        kind = paramiko.ECDSAKey
    else:
        raise Permanent("The SFTP private key is of a kind that is not supported.", "Use an ed25519, ECDSA or RSA key.")
    # paramiko reads keys from text only, and not every format that cryptography does.
    text = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    return kind.from_private_key(io.StringIO(text.decode()))


def _key_text(setting: PrivateKey) -> bytes:
    if setting.env is not None:
        text = Secret(env=setting.env).resolve(lines=True)
        # Many places that hold environment variables allow one line only.
        return (text if "\n" in text.strip() else text.replace("\\n", "\n")).strip().encode() + b"\n"
    path = Path(setting.file or "").expanduser()
    try:
        return path.read_bytes()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        problem = "does not exist" if missing else "cannot be read by this user"
        raise Permanent(f"The SFTP private key file {path} {problem}.", "Correct `key`, or the file's owner.") from None


def _read_key(content: bytes, passphrase: bytes | None) -> object:
    if b"PRIVATE KEY-----" not in content:
        hint = "It looks like the public key: give the private one." if content.startswith((b"ssh-", b"ecdsa-")) else ""
        advice = hint or "Convert it to OpenSSH's format: `ssh-keygen` makes such keys, `puttygen -O private-openssh` converts PuTTY's."
        raise Permanent("What the SFTP setting `key` names is no private key in PEM or OpenSSH format.", advice)
    load_key = serialization.load_ssh_private_key if b"OPENSSH" in content else serialization.load_pem_private_key
    try:
        return load_key(content, password=passphrase)
    except TypeError:
        # One is missing, or given for a key that is not encrypted.
        if passphrase:
            return _read_key(content, None)
        raise Permanent("The SFTP private key is encrypted, and the settings have no passphrase.", "Set `passphrase`.") from None
    except (ValueError, UnsupportedAlgorithm):
        hint = "Check `passphrase`, and that the key is whole." if passphrase else "Check that the key is whole and of a supported kind."
        raise Permanent("The SFTP private key cannot be read.", hint) from None
