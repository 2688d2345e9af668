"""What became of every row of an HR file, and the counts of that.

Belongs here: dispositions, rows by what became of them, by company and department, filled cells. Does not belong here: why a row is not
used (``roster.intake.take_in`` and its steps), whether counts are strange (``roster.intake.gate``).
"""

import pandas as pd

from roster.intake import by_file
from roster.intake.facts import FileFacts
from roster.reading.table import RawTable
from roster.settings import CsvFormat, People

GROUPED = ("company_code", "department")
"""By whose values rows are counted, where they are mapped."""

MOST_GROUPS = 1000
"""Of a column with more distinct values nothing is counted: it groups nobody."""


def dispositions(table: RawTable, rows: pd.DataFrame, superseded: pd.Series, rejects: pd.DataFrame, in_scope: pd.Series) -> pd.DataFrame:
    """What became of every data row (`roster.intake.take_in.IntakeResult.dispositions`)."""
    lines = table.frame.index.append([table.malformed.index, table.nobody.index]).sort_values()
    reason = superseded.reindex(lines).astype("str")
    disposition = pd.Series("used", index=lines, dtype="str").mask(reason.notna(), "superseded")
    nobodys = lines.isin(table.nobody.index)
    disposition, reason = disposition.mask(nobodys, "nobody"), reason.mask(nobodys, table.nobody.reindex(lines).astype("str"))
    outside = ~in_scope.reindex(lines, fill_value=True).astype(bool)
    disposition, reason = disposition.mask(outside, "out_of_scope"), reason.mask(outside, "scope")
    codes = rejects.drop_duplicates(["line", "code"]).sort_values("code").groupby("line")["code"].agg("|".join)
    rejected = lines.isin(codes.index)
    disposition, reason = disposition.mask(rejected, "rejected"), reason.mask(rejected, codes.reindex(lines).astype("str"))
    return pd.DataFrame(
        {
            "line": lines.astype("int64"),
            "employee_id": rows["employee_id"].reindex(lines).astype("str").to_numpy(),
            "disposition": disposition.to_numpy(),
            "reason": reason.to_numpy(),
        }
    ).astype({"employee_id": "str", "disposition": "str", "reason": "str"})


def facts(table: RawTable, format: CsvFormat, dispositions: pd.DataFrame, roster: pd.DataFrame, people: People) -> FileFacts:
    """The counts of rows and filled cells, and how the file was read."""
    counted = dispositions["disposition"].value_counts()
    used = roster["in_scope"].to_numpy(bool)
    spared = roster["employment"].eq("left").to_numpy(bool)

    def filled(name: str) -> float:
        # What leavers need not have, and HR systems take away from them, does not make a column emptier.
        there = (roster[name].notna().to_numpy() | spared) & used
        return round(float(there.sum() / used.sum()), 4) if used.any() else 0.0

    return FileFacts(
        rows=table.rows,
        used=int(counted.get("used", 0)),
        superseded=int(counted.get("superseded", 0)),
        out_of_scope=int(counted.get("out_of_scope", 0)),
        nobody=int(counted.get("nobody", 0)),
        rejected=int(counted.get("rejected", 0)),
        fill_rates={name: filled(name) for name in people.columns},
        hidden=table.hidden,
        encoding=table.encoding,
        delimiter=format.delimiter,
        header=table.header,
        header_line=table.header_line,
        trailer_date=table.trailer_date.isoformat() if table.trailer_date else None,
        files=by_file.counts(dispositions, format),
    )


def groups(frame: pd.DataFrame, current: pd.Series, people: People) -> dict[str, dict[str, int]]:
    """Column → value → rows, of all rows that count, rejected and out of scope among them."""
    counts = {name: frame.loc[current, name].value_counts() for name in GROUPED if name in people.columns}
    return {
        name: {str(value): int(count) for value, count in found.items()} if len(found) <= MOST_GROUPS else {}
        for name, found in counts.items()
    }


def lines_of(rejects: pd.DataFrame, which: pd.Series) -> int:
    """How many lines such rejects are of."""
    return int(rejects.loc[which, "line"].nunique())
