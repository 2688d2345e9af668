"""From an export as it came to its plain bytes, file by file where there are several, each held against its manifest and signature.

Belongs here: which part of an export is opened by which settings, one way for all who read bytes. Does not belong here: opening one file
(``resources.hr.openpgp``), what a manifest says (``resources.hr.manifest``), putting changes on what was before
(``roster.intake.changes``).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pandas as pd

from resources.failures import Permanent
from resources.hr import manifest, openpgp
from resources.hr.agreed import MANIFEST, SIGNATURE, AsAgreed
from resources.hr.files import ONE, Export
from roster.intake.changes import CHANGES, FULL
from roster.reading import several
from roster.reading.lines import EACH
from roster.settings import CsvFormat
from roster.unfit import Unfit


def plain(content: bytes, source: CsvFormat) -> bytes:
    """The bytes that are read, of those that came or are stored: put together in the same way.

    Args:
        content: `resources.hr.files.Export.content`, or of changes that with the rows before.
        source: The settings of the source, with those of each of several files.

    Raises:
        Unfit: A file came in another way than agreed.
        Permanent: Our key, its passphrase or a certificate is missing or of no use.
    """
    if not any(_agreed(one).openpgp for one in (source, *source.files.values())):
        return content
    settings = _settings(source)
    if ONE in settings:
        return openpgp.opened(content, source)
    parts = several.taken_apart(content)
    for name in settings.keys() & parts:
        with _named(source, name):
            parts[name] = openpgp.opened(parts[name], settings[name])
    return several.packed(parts)


def opened(export: Export, source: CsvFormat) -> bytes:
    """The plain bytes of an export whose hashes are those in its manifests, and which the signatures beside it are of.

    Args:
        export: As it came.
        source: The settings of the source.

    Raises:
        Unfit: A file came in another way than agreed, or is not the one that its manifest or signature is of.
        Permanent: Our key, its passphrase or a certificate is missing or of no use.
    """
    content = plain(export.content, source)
    settings = {name: _agreed(one) for name, one in _settings(source).items()}
    if any(one.companions for one in settings.values()):
        came, made = _parts(export.content, settings), _parts(content, settings)
        for name, agreed in settings.items():
            if name in came:
                with _named(source, name):
                    beside, called = _companions(export, source, name)
                    manifest.check_hash(agreed.manifest, beside.get(MANIFEST), called, came[name], made[name])
                    openpgp.check_beside(agreed, beside.get(SIGNATURE), came[name], made[name])
    return content


def check_rows(export: Export, source: CsvFormat, dispositions: pd.DataFrame) -> None:
    """Let pass an export whose files have as many rows as their manifests say.

    Args:
        export: As it came.
        source: The settings of the source.
        dispositions: `roster.intake.take_in.IntakeResult.dispositions`.

    Raises:
        Unfit: One has another number.
    """
    places = dispositions.loc[dispositions["disposition"].ne("nobody"), "line"] // EACH
    # Rows that are only in the roster before, on which changes are put, are no rows of the file.
    numbered = dict(enumerate(source.files, 1)) or {0: ONE}
    for place, name in numbered.items():
        agreed = _agreed(source.files.get(name, source))
        with _named(source, name):
            beside, called = _companions(export, source, name)
            manifest.check_rows(agreed.manifest, beside.get(MANIFEST), called, int(places.eq(place).sum()))


def _settings(source: CsvFormat) -> Mapping[str, CsvFormat]:
    """What each part of an export is called → its settings."""
    return dict(source.files) or (dict.fromkeys((FULL, CHANGES), source) if source.changes else {ONE: source})


def _agreed(source: CsvFormat) -> AsAgreed:
    return source if isinstance(source, AsAgreed) else AsAgreed()


def _parts(content: bytes, settings: Mapping[str, object]) -> Mapping[str, bytes]:
    return {ONE: content} if ONE in settings else several.taken_apart(content)


def _companions(export: Export, source: CsvFormat, name: str) -> tuple[Mapping[str, bytes], str]:
    """What was read with a file, and what the file is called."""
    called = export.names.get(name, "") if source.files else export.name
    return export.companions.get(name if source.files else ONE, {}), called


@contextmanager
def _named(source: CsvFormat, name: str) -> Iterator[None]:
    """Says of which of several files it is that something is wrong."""
    try:
        yield
    except Unfit as unfit:
        raise (Unfit(unfit.code, f"{name}: {unfit.message}", unfit.advice) if source.files else unfit) from None
    except Permanent as failure:
        sentence = str(failure).removesuffix(failure.advice).strip()
        raise (Permanent(f"{name}: {sentence}", failure.advice) if source.files else failure) from None
