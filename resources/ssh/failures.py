"""What went wrong with an SFTP server, in one sentence that says what to do, and whether another attempt may go better.

Belongs here: sorting the errors of paramiko and of sockets. Does not belong here: trying again (``resources.ssh.session``), and what is
wrong with a file. No text of paramiko or of a server gets out: it may name the user.
"""

import socket
from typing import Final

import paramiko

from resources.failures import Failed, Permanent, Transient

WIRE = (OSError, EOFError, paramiko.SSHException, paramiko.SFTPError)
"""What a call on an open session raises when the connection or the server fails."""

RESUMED: Final = "Run again later: a download goes on where it stopped."
"""What to do after a session failed in which a file was got."""

_AGREEMENTS = {
    "kex": "key exchange",
    "ciphers": "cipher",
    "macs": "message code",
    "host key": "host key type",
    "compression": "compression",
}


class Lost(Transient):
    """The connection or the server failed in a way that another attempt may not."""


class PromptRefused(paramiko.AuthenticationException):
    """A server asked at the login for something that it does not get.

    Attributes:
        again: After the password, whatever it was.
        several: For more than one answer. Else for one that would be seen when it is typed, which no password is.
    """

    def __init__(self, *, again: bool, several: bool) -> None:
        super().__init__("prompt refused")
        self.again, self.several = again, several


def while_connecting(error: Exception, server: str) -> Failed:
    """The failure before there was a session."""
    if isinstance(error, socket.gaierror) and error.errno != socket.EAI_AGAIN:
        return Permanent(f"{server} could not be found: there is no such host.", "Correct `host`.")
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        missing = next((name for word, name in _AGREEMENTS.items() if word in str(error)), "version of SSH")
        message = f"{server} and Rollcall have no {missing} in common."
        return Permanent(message, "The server's are all outdated or all unknown here: ask whoever runs it to allow a current one.")
    if isinstance(error, OSError) and not isinstance(error, EOFError):
        return Lost(f"{server} could not be reached.", "Check `host`, `port` and the firewall if it stays so; else run again later.")
    if "banner" in str(error):
        advice = "Check that `port` is the one of SSH if it stays so; else run again later."
        return Lost(f"{server} takes the connection and does not greet as an SSH server.", advice)
    if "Signature verification" in str(error):
        return Permanent(f"{server} could not prove that it holds its host key.", "Somebody may be posing as it: ask whoever runs it.")
    return Lost(f"{server} broke off before the connection was secured.", "Run again later.")


def while_going_on(error: Exception, jump: str, server: str) -> Failed:
    """The failure of a jump host to bring us to the server."""
    if isinstance(error, paramiko.ChannelException) and error.code == 1:
        message = f"{jump} does not let this user go on to another server."
        return Permanent(message, "Ask whoever runs it to allow forwarding to the SFTP server's `host` and `port`.")
    if isinstance(error, paramiko.ChannelException):
        return Lost(f"{server} could not be reached from the jump host.", "Check `host` and `port` if it stays so; else run again later.")
    return Lost(f"{jump} let us in and then brought us no further.", "Run again later.")


def old_rsa_only(server: str) -> Permanent:
    """The failure of a server whose only proof is one that paramiko no longer takes."""
    message = f"{server} is old: it can sign with ssh-rsa (SHA-1) only, which is no longer safe."
    return Permanent(message, "Ask whoever runs it for an ed25519 host key; until then `ssh_rsa: true` allows it for this server.")


def while_logging_in(error: Exception, server: str, method: str, old_rsa: bool) -> Failed:
    """The failure of a login. One that was refused is never tried again: it may lock the account.

    Args:
        error: What paramiko raised.
        server: What the server is called.
        method: By what the login was tried: key or password.
        old_rsa: Whether it was tried with an RSA key on a server that does not say that it takes one by anything but ssh-rsa.
    """
    if isinstance(error, PromptRefused):
        return _prompted(error, server)
    if isinstance(error, paramiko.BadAuthenticationType):
        known = [name for name in ("publickey", "password", "keyboard-interactive") if name in error.allowed_types]
        wanted = " and ".join(known) or "something else"
        return Permanent(f"{server} wants {wanted} to log in, and the settings give a {method}.", "Change `key` or `password`.")
    if "agree on a pubkey algorithm" in str(error):
        message = f"{server} is old: it takes RSA keys by ssh-rsa (SHA-1) only."
        return Permanent(message, "Log in with an ed25519 or ECDSA key or a password; or allow it for this server with `ssh_rsa: true`.")
    if isinstance(error, paramiko.AuthenticationException) and not any(word in str(error) for word in ("timeout", "EOF")):
        advice = f"Check `user` and `{method}`, and that the server knows them."
        advice += " It may be too old for an RSA key without `ssh_rsa: true`: an ed25519 or ECDSA key is better." if old_rsa else ""
        return Permanent(f"{server} refuses the login.", advice)
    if "timeout" in str(error):
        return Lost(f"{server} did not answer the login.", "Run again later.")
    return Lost(
        f"{server} broke off during the login.", f"Some servers do so when `user` or `{method}` is wrong: check them if it stays so."
    )


def _prompted(error: PromptRefused, server: str) -> Permanent:
    if error.again:
        advice = "Check `user` and `password`. If it wants a second factor, which no program has: ask whoever runs it for a login by key."
        return Permanent(f"{server} asks for more after the password, or for another one.", advice)
    what = "several answers at once" if error.several else "something that is seen when it is typed"
    return Permanent(
        f"{server} asks at the login for {what}, and not for a password alone. It was given nothing.",
        "Ask whoever runs it for a login by key, or by one hidden prompt for the password.",
    )


def while_opening(error: Exception, server: str, connected: bool) -> Failed:
    """The failure of a session after the login."""
    if isinstance(error, paramiko.SFTPError):
        return Permanent(f"{server} does not speak SFTP to this user.", "Often a login script prints something: ask whoever runs it.")
    if connected and not isinstance(error, TimeoutError) and "Timeout" not in str(error):
        return Permanent(f"{server} offers no SFTP to this user.", "Ask whoever runs it to allow the sftp subsystem.")
    return Lost(f"{server} let us in and then opened no session.", "Run again later.")


def while_working(error: Exception, server: str, advice: str = RESUMED) -> Failed:
    """The failure of a call on an open session; `advice` where another may go better."""
    if isinstance(error, UnicodeDecodeError):
        message = f"{server} has a file in the folder whose name is not UTF-8."
        return Permanent(message, "Have it renamed, or the export put into a folder of its own.")
    if isinstance(error, PermissionError):
        return Permanent(f"{server} does not allow it to this user.", "Ask whoever runs it for the right.")
    if isinstance(error, TimeoutError):
        return Lost(f"{server} stalled.", advice)
    return Lost(f"{server} broke off, or reported a failure of its own.", advice)
