"""Rows that come of two files: what became of the people's own lines, and in which file a cell stands that is wrong.

Belongs here: that, once every row of both is accounted for. Does not belong here: joining them (``roster.reading.joining``).
"""

import pandas as pd

from roster.intake.leavers import SAYS_LEFT, SAYS_LEFT_UNDATED
from roster.intake.mapping import headers
from roster.settings import CsvFormat, People
from roster.vocabulary import DISPOSITIONS

_BEST = {"used": 0, "out_of_scope": 1, "superseded": 2, "rejected": 3}


def with_people(dispositions: pd.DataFrame, joined: pd.Series) -> pd.DataFrame:
    """Dispositions, with those of the people's own lines: the best that any row has which comes of it.

    Args:
        dispositions: Of the rows that come of both, and of those of one alone.
        joined: `roster.reading.table.RawTable.joined`.
    """
    if joined.empty:
        return dispositions
    of_both = dispositions[dispositions["line"].isin(joined.index)]
    own = of_both.assign(line=joined.reindex(of_both["line"]).to_numpy(), best=of_both["disposition"].map(_BEST).fillna(len(DISPOSITIONS)))
    own = own.sort_values(["line", "best"], kind="stable").drop_duplicates("line").drop(columns="best")
    return pd.concat([dispositions, own]).astype({"line": "int64"}).sort_values("line", ignore_index=True)


def at_people(
    rejects: pd.DataFrame, notes: pd.DataFrame, names: pd.DataFrame, joined: pd.Series, people: People, format: CsvFormat
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Rejects, dropped values and the names in rejected rows, each at the line on which HR finds the cell.

    Args:
        rejects: By the lines of rows that come of both.
        notes: Likewise.
        names: Likewise.
        joined: `roster.reading.table.RawTable.joined`.
        people: The settings, for what comes from which heading.
        format: How the files read.
    """
    given = {name for own in format.files.values() if own.join for name in own.join.gives}
    beside = {name for name in people.columns if set(headers(people, name).split(", ")) & given}

    def placed(rows: pd.DataFrame) -> pd.DataFrame:
        leaving = rows.loc[rows["code"].isin([SAYS_LEFT, SAYS_LEFT_UNDATED]), "line"]
        of_people = rows["column"].notna() & ~rows["column"].isin(beside) & rows["line"].isin(joined.index) & ~rows["line"].isin(leaving)
        line = rows["line"].where(~of_people, joined.reindex(rows["line"]).to_numpy()).astype("int64")
        found = rows.assign(line=line).drop_duplicates(["line", "column", "code"])
        return found.sort_values(["line", "column"], kind="stable", ignore_index=True)

    both = names[names["line"].isin(joined.index)]
    own = both.assign(line=joined.reindex(both["line"]).to_numpy()).drop_duplicates("line")
    return placed(rejects), placed(notes), pd.concat([names, own], ignore_index=True).astype({"line": "int64"})
