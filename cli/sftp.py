"""The commands `rollcall sftp …`.

Belongs here: showing a server's host key and writing it into a company's YAML. Does not belong here: getting it
(``resources.ssh.session``).
"""

import os
from pathlib import Path
from typing import Annotated, Final

import typer
import yaml
from pydantic import ValidationError

from assets import names
from cli.commands import AsWritten, company_first
from cli.terminal import say, stop
from resources.failures import Failed
from resources.ssh.session import pin as host_key_of
from resources.ssh.settings import SshLogin

_SERVERS: Final = ("sftp", "put_back", "jump")

app = typer.Typer()
servers = typer.Typer(no_args_is_help=True, help="SFTP servers: whom to trust.")
app.add_typer(servers, name="sftp")


@servers.callback()
def sftp() -> None:
    """SFTP servers: whom to trust."""


@servers.command(cls=AsWritten)
def pin(
    server: Annotated[
        list[str],
        typer.Argument(
            metavar="[COMPANY] HOST",
            help="The server, as in the company's YAML; before it the company, where several name it.",
            autocompletion=company_first,
        ),
    ],
    port: Annotated[int | None, typer.Option(help="Its port; by default the YAML's, else 22.")] = None,
) -> None:
    """Show a server's host key and, after asking, store it in the company's YAML."""
    *company, host = server
    if len(company) > 1:
        stop("That is too much: give the company, which may be left out where only one names the host, and one host.")
    file = _file(host, company[0] if company else None)
    text = file.read_text(encoding="utf-8") if file else ""
    sources = _sources(yaml.compose(text, yaml.SafeLoader), host) if file else []
    shown_at = port or (_port(sources[0]) if sources else 22)
    try:
        key = host_key_of(host, shown_at, jump=_jump(sources))
    except Failed as failure:
        stop(str(failure))
    say(
        f"{host} shows this host key ({key.type}):\n\n  {key.fingerprint}\n\nThe line for the settings:\n\n  host_keys:\n    - {key.line}\n"
    )
    if file is None or not sources:
        say("No company's YAML names this host, so nothing was stored.")
        return
    stored = with_host_key(text, host, key.line, shown_at)
    if stored == text:
        say(f"It is pinned in {_shown(file)} already.")
        return
    say("Anybody can show a key. Ask whoever runs the server for its fingerprint, on another way than this connection.")
    if not typer.confirm(f"Is it the same, and shall it be stored in {_shown(file)}?"):
        say("Nothing was stored.")
        raise typer.Exit(1)
    try:
        file.write_text(stored, encoding="utf-8")
    except OSError as error:
        stop(f"{_shown(file)} cannot be written ({error.strerror}): put the line into it where it comes from.")
    say("Stored. If another key is there from before, take it out when the server has stopped using it.")


def with_host_key(text: str, host: str, line: str, port: int | None = None) -> str:
    """A company's YAML with one more line under the `host_keys` of each part that names the server; all else stays as it was written.

    Args:
        text: The YAML.
        host: The server.
        line: The line.
        port: Of several servers with that host the one that is meant.

    Raises:
        ValueError: No part has that host.
    """
    if not _sources(yaml.compose(text, yaml.SafeLoader), host):
        raise ValueError("nothing has this host")
    while lacking := [one for one in _meant(yaml.compose(text, yaml.SafeLoader), host, port) if not _has(one, line)]:
        text = _with_line(text, lacking[0], line)
    return text


def _with_line(text: str, source: yaml.MappingNode, line: str) -> str:
    entries = {key.value: (key, value) for key, value in source.value}
    if "host_keys" not in entries:
        key, value = entries["host"]
        if source.flow_style:
            return _put(text, value.end_mark.index, f', host_keys: ["{line}"]')
        return _put(
            text,
            _line_end(text, value.end_mark.index),
            f"\n{' ' * key.start_mark.column}host_keys:\n{' ' * key.start_mark.column}  - {line}",
        )
    key, value = entries["host_keys"]
    if not isinstance(value, yaml.SequenceNode):  # nothing after the colon
        return _put(text, _line_end(text, key.end_mark.index), f"\n{' ' * key.start_mark.column}  - {line}")
    if value.flow_style:
        return _put(text, value.end_mark.index - 1, f'{", " if value.value else ""}"{line}"')
    last = value.value[-1]
    return _put(text, _line_end(text, last.end_mark.index), f"\n{' ' * value.start_mark.column}- {line}")


def _put(text: str, index: int, more: str) -> str:
    return text[:index] + more + text[index:]


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    return len(text) if end < 0 else end


def _sources(node: yaml.Node | None, host: str) -> list[yaml.MappingNode]:
    """The mappings whose `host` this is under keys that have servers: HR's, where a destination has one, its own, and hosts on the way."""
    found: list[yaml.MappingNode] = []
    for key, value in node.value if isinstance(node, yaml.MappingNode) else []:
        if key.value in _SERVERS and isinstance(value, yaml.MappingNode) and _scalar(value, "host") == host:
            found.append(value)
        found += _sources(value, host)
    return found


def _jump(sources: list[yaml.MappingNode]) -> SshLogin | None:
    """The host on the way to a server, if the YAML has one: the key is asked for from there."""
    written = next((value for key, value in sources[0].value if key.value == "jump"), None) if sources else None
    if written is None:
        return None
    try:
        return SshLogin.model_validate(yaml.safe_load(yaml.serialize(written)))
    except ValidationError:
        stop("What the YAML says of the jump host is wrong: `rollcall check` says where.")


def _meant(node: yaml.Node | None, host: str, port: int | None) -> list[yaml.MappingNode]:
    """Those of them that are the same server; where only one has the host, it is that one, whatever its port."""
    found = _sources(node, host)
    same = [one for one in found if port is None or _written_port(one) in (None, str(port))]
    return same if len(found) > 1 and same else found[:1]


def _has(source: yaml.MappingNode, line: str) -> bool:
    keys = next((value for key, value in source.value if key.value == "host_keys"), None)
    return isinstance(keys, yaml.SequenceNode) and any(line.split()[1] in str(each.value).split() for each in keys.value)


def _scalar(source: yaml.MappingNode, name: str) -> str | None:
    return next((value.value for key, value in source.value if key.value == name and isinstance(value, yaml.ScalarNode)), None)


def _port(source: yaml.MappingNode) -> int:
    if (written := _written_port(source)) is None:
        given = next(value for key, value in source.value if key.value == "port")
        name = _scalar(given, "env") if isinstance(given, yaml.MappingNode) else None
        stop(f"The YAML takes the port from the environment variable {name}, which holds none: give it with --port.")
    return int(written)


def _written_port(source: yaml.MappingNode) -> str | None:
    """The port as far as it is known; None where a variable should hold it and does not."""
    given = next((value for key, value in source.value if key.value == "port"), None)
    name = _scalar(given, "env") if isinstance(given, yaml.MappingNode) else None
    written = os.environ.get(name, "") if name else _scalar(source, "port") or "22"
    return written if written.isdecimal() else None


def _file(host: str, company: str | None) -> Path | None:
    """The YAML that names the host."""
    if company is not None and company not in names.companies():
        stop(names.unknown("company", company, names.companies()))
    files = sorted(names.companies_folder().glob(f"{company or '*'}/defs.yaml"))
    try:
        naming = [file for file in files if _sources(yaml.compose(file.read_text(encoding="utf-8"), yaml.SafeLoader), host)]
    except yaml.YAMLError:
        stop("A company's YAML cannot be read: `rollcall check` says where.")
    if company and not naming:
        stop(f"pipelines/{company}/defs.yaml names no SFTP source with the host {host}.")
    if len(naming) > 1:
        stop(f"Several companies name this host, say which: rollcall sftp pin {naming[0].parent.name} {host}")
    return naming[0] if naming else None


def _shown(file: Path) -> str:
    return f"pipelines/{file.parent.name}/{file.name}"
