"""Stored values seen as runs: looking into one by hand, finding and deleting old ones.

Belongs here: what goes over many runs, or reads one entry of a value without a step. Does not belong here: writing values and reading them
for a step (``resources.storage``, which fixes the layout).
"""

import io
import json
from typing import Any

import pandas as pd

from resources import places
from resources.storage import INDEX, located


class StoredRuns:
    """One company's stored values."""

    def __init__(self, company: str, base: str | None = None) -> None:
        self._company = company
        self._folder = located(base or places.storage()).joinpath(company)

    def entry(self, run_id: str, asset: str, name: str) -> Any:
        """One entry of a value that a run stored: a frame, bytes, or JSON; None if it stored no such thing, or it is gone.

        Args:
            run_id: The run.
            asset: Such as ``hr/rejects``.
            name: The entry; ``value`` where the value is no bundle.
        """
        place = self._folder.joinpath(run_id, self._company, *asset.split("/"))
        try:
            file = place / json.loads((place / INDEX).read_bytes())["files"][name]
            content = file.read_bytes()
        except (FileNotFoundError, NotADirectoryError, KeyError):
            return None
        if file.suffix == ".parquet":
            return pd.read_parquet(io.BytesIO(content), engine="pyarrow")
        return json.loads(content) if file.suffix == ".json" else content
