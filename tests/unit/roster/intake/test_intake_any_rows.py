"""What holds of a file whatever stands in its rows."""

from hypothesis import given
from hypothesis import strategies as st

from roster.intake.take_in import IntakeResult
from tests.unit.roster.intake.test_intake import COLUMNS, intake, line

NUMBER = st.sampled_from(["1", "2", "3", "4", "5", "", "a b"])
LINE = st.builds(
    lambda no, mail, boss, kind, first, extra: line(no, mail and f"{mail}@x.se", boss and f"{boss}@x.se", Kind=kind, First=first) + extra,
    NUMBER,
    st.sampled_from(["p", "q", "r", "s", "t", "u", "bad@", ""]),
    st.sampled_from(["p", "q", "nobody", ""]),
    st.sampled_from(["", "", "old", "board"]),
    st.sampled_from(["Ann", "Ann", "Bo", ""]),
    st.sampled_from(["", "", "", ",x"]),
)
SETTINGS = {
    "columns": COLUMNS | {"extra_kind": "Kind"},
    "history": {"superseded": {"Kind": "old"}},
    "scope": {"exclude": {"extra_kind": "board"}},
}


@given(st.lists(LINE, max_size=8))
def test_accounting_every_row_has_exactly_one_disposition_and_every_reject_a_reason(lines: list[str]) -> None:
    result = intake(line("9"), *lines, **SETTINGS)
    assert list(result.dispositions["line"]) == list(range(2, len(lines) + 3))
    by = result.dispositions.groupby("disposition")["line"].agg(set).to_dict()
    assert by.get("rejected", set()) == set(result.rejects["line"])
    assert by.get("used", set()) == set(result.roster.loc[result.roster["in_scope"], "line"])
    assert by.get("out_of_scope", set()) == set(result.roster.loc[~result.roster["in_scope"], "line"])
    assert set(result.notes["line"]) <= set(result.roster["line"])
    assert (
        sum(getattr(result.facts, name) for name in ("used", "superseded", "out_of_scope", "rejected"))
        == result.facts.rows
        == len(lines) + 1
    )
    assert result.roster["employee_id"].is_unique
    assert result.roster["email"].str.lower().is_unique


@given(st.lists(LINE, max_size=7), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(lines: list[str], random: object) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def said(result: IntakeResult) -> list[tuple[str, ...]]:
        table = result.roster.drop(columns="line").fillna("").astype(str)
        return sorted(tuple(row) for row in table.itertuples(index=False))

    assert said(intake(line("9"), *lines, **SETTINGS)) == said(intake(line("9"), *shuffled, **SETTINGS))
