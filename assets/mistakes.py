"""What keeps a company from being loaded, for commands: they do without Dagster where the settings are a plain company's.

Belongs here: asking both who reads the settings and who builds what they stand for. Does not belong here: either of them
(``assets.loader``, ``assets.location``).
"""

from collections.abc import Iterable
from pathlib import Path

from assets import loader, names


def of(file: Path) -> list[str]:
    """A line for each mistake, without values; none if the company can be loaded.

    Args:
        file: Its `defs.yaml`.
    """
    try:
        loader.read(file)
    except loader.SettingsMistakes as mistakes:
        return mistakes.lines
    if loader.is_plain(file):
        return []
    from assets.component import SettingsError  # noqa: PLC0415 - with Dagster, which is asked where only it knows
    from assets.location import one  # noqa: PLC0415

    try:
        one.build(file)
    except SettingsError as error:
        return error.lines
    return []


def of_all(companies: Iterable[str]) -> dict[str, list[str]]:
    """Company → its mistakes, of those that cannot be loaded.

    Args:
        companies: Which; those that have no folder are passed over.
    """
    wanted = set(companies)
    found = {file.parent.name: of(file) for file in names.files(names.companies_folder()) if file.parent.name in wanted}
    return {company: lines for company, lines in found.items() if lines}
