"""Which destinations there are. The one place outside their own folders that names them.

A destination is a package with ``NAME`` and ``TITLE``, ``settings.Settings`` (its part of a company's YAML; beside it ``parts``, where one
company may have several), ``adapter.Adapter`` (`destinations.base.Destination`, made from these settings) and ``draft.draft`` (its part of
a proposed YAML); and with ``REASONS`` (code → `roster.reports.reasons.Reason`), where it says why in codes of its own; with ``COMMANDS``
(the first line of their help) and ``commands.group``, where it has commands of its own; with ``trial``, which says how a company is tried
without it; with ``identity.identities``, where two companies must not both write the same part of it. Adapters are imported when a run
needs them: the YAML's schema, completion and most commands do without pandas and the clients.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, cast

from roster.reports import reasons

if TYPE_CHECKING:  # completion and help do without pandas, pydantic and typer's groups
    import typer

    from destinations.base import Destination
    from destinations.commands import Host
    from destinations.identity import Identity
    from resources.environment import EnvText
    from resources.ledger.mentions import PersonalColumns
    from roster.proposal.mapped import Mapped
    from roster.settings import Strict

PACKAGES: Final[list[str]] = ["destinations.expensify", "destinations.findity"]
"""In the order in which they are shown and synced."""


def titles() -> dict[str, str]:
    """Name, as in asset keys, ledger and YAML → title, as people write it."""
    return {package.NAME: package.TITLE for package in _packages()}


def title(name: str) -> str:
    """One of them, or a part of one, as people write it; of a name that nobody knows that name."""
    from roster.parts import with_parts  # noqa: PLC0415 - it imports pandas

    return with_parts(titles(), [name]).get(name, name)


def settings_models() -> "dict[str, type[Strict]]":
    """Name → the model of its part of a company's YAML."""
    return {name: cast("type[Strict]", _part(name, "settings").Settings) for name in titles()}


def parts(name: str, settings: "Strict") -> "dict[str, Strict]":
    """What a company has of a destination, as destinations of their own: name → settings. One, by its own name, unless the package's
    settings have ``parts`` and give several words.

    Args:
        name: Which.
        settings: Its part of the company's YAML.
    """
    from roster.parts import part_name  # noqa: PLC0415 - it imports pandas

    divide = getattr(_part(name, "settings"), "parts", None)
    return {part_name(name, word): own for word, own in divide(settings).items()} if divide else {name: settings}


def build(name: str, settings: "Strict") -> "Destination":
    """A destination for one company.

    Args:
        name: Which; of a destination in parts, any of them.
        settings: Its part of the company's YAML, as `parts` gives it.
    """
    return cast("Destination", _part(name, "adapter").Adapter(settings))


def identities(name: str, settings: "Strict", value: Callable[["EnvText"], str]) -> "Sequence[Identity]":
    """What of it is a company's alone, as far as its settings show it; none where its package has no ``identity``.

    Args:
        name: Which.
        settings: Its part of the company's YAML.
        value: What one setting says.
    """
    if find_spec(f"{_package(name).__name__}.identity") is None:
        return []
    return cast("Sequence[Identity]", _part(name, "identity").identities(settings, value))


def with_commands() -> dict[str, str]:
    """The destinations that have commands of their own: name → the first line of their help."""
    return {package.NAME: package.COMMANDS for package in _packages() if hasattr(package, "COMMANDS")}


def commands(name: str, host: "Host") -> "typer.Typer":
    """The group of a destination's own commands.

    Args:
        name: Which.
        host: The command line.
    """
    return cast("typer.Typer", _part(name, "commands").group(host))


def draft(name: str) -> Callable[["Mapped"], str]:
    """What writes its part of a proposed YAML, given which canonical columns are mapped for sure."""
    return cast("Callable[[Mapped], str]", _part(name, "draft").draft)


def trial(name: str) -> Any:
    """How its part of a company is tried: a module with ``ENVIRONMENT``, ``pointed`` and ``seed``; None where it has no stand-in.

    Args:
        name: Which.
    """
    return _part(name, "trial") if find_spec(f"{_package(name).__name__}.trial") else None


def personal_columns() -> "PersonalColumns":
    """By which columns of the destinations' own records a person is found."""
    from resources.ledger.mentions import PersonalColumns  # noqa: PLC0415 - it imports pandas

    found = [_part(name, "adapter").Adapter.personal for name in titles()]
    return PersonalColumns({column for one in found for column in one.numbers}, {column for one in found for column in one.addresses})


def _packages() -> list[ModuleType]:
    """All of them; from here on the reports know the words for their reasons."""
    packages = [import_module(name) for name in PACKAGES]
    for package in packages:
        reasons.learn(getattr(package, "REASONS", {}))
    return packages


def _package(name: str) -> ModuleType:
    return next(package for package in _packages() if name.partition("_")[0] == package.NAME)


def _part(name: str, module: str) -> Any:
    return import_module(f"{_package(name).__name__}.{module}")
