"""What keeps a company from being loaded, for commands: they do without Dagster where the settings are a plain company's.

Belongs here: asking both who reads the settings and who builds what they stand for. Does not belong here: either of them
(``assets.loader``, ``assets.location``).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from assets import loader, names


def of(file: Path) -> list[str]:
    """A line for each mistake, without values; none if the company can be loaded.

    Args:
        file: Its `defs.yaml`; beside its folder are the other companies'.
    """
    return _of([file], names.files(file.absolute().parent.parent)).get(file.absolute().parent.name, [])


def of_all(companies: Iterable[str]) -> dict[str, list[str]]:
    """Company → its mistakes, of those that cannot be loaded.

    Args:
        companies: Which; those that have no folder are passed over.
    """
    wanted, files = set(companies), names.files(names.companies_folder())
    return _of([file for file in files if file.parent.name in wanted], files)


def _of(wanted: Sequence[Path], files: Sequence[Path]) -> dict[str, list[str]]:
    """Company → its mistakes, of some of those that there are.

    Args:
        wanted: Theirs.
        files: Of all companies: something of somebody else's may be called as a thing of another company is.
    """
    found: dict[str, list[str]] = {}
    to_build: set[str] = set()
    for file in wanted:
        company = file.absolute().parent.name
        try:
            loader.read(file)
            if not loader.is_plain(file):
                to_build.add(company)
        except loader.SettingsMistakes as mistakes:
            found[company] = mistakes.lines
    if to_build:
        from assets.location import together  # noqa: PLC0415 - with Dagster, which is asked where only it knows

        found |= {company: lines for company, lines in together.mistakes(files).items() if company in to_build}
    return dict(sorted(found.items()))
