"""In which unit HR's approval limits seem to be, and that the proposal says how little that is worth."""

import pandas as pd
import pytest

from destinations.expensify.draft import draft
from roster.proposal.mapped import Mapped
from roster.proposal.recognising import limit_unit


@pytest.mark.parametrize(
    ("cells", "decimal", "unit", "sure"),
    [
        (["5000", "12000.50"], ".", "whole", 0.95),
        (["5 000,00", "1 000,00"], ",", "whole", 0.95),
        (["5000", "12000", None], ".", "whole", 0.5),
        (["500000", "1200000"], ".", "cents", 0.4),
        (["12345"], ".", "whole", 0.5),
    ],
)
def test_the_unit_is_told_with_its_doubt(cells, decimal, unit, sure):
    found = limit_unit(pd.Series(cells, dtype="str"), decimal)
    assert found is not None and (found.value, found.confidence) == (unit, sure)
    assert sure > 0.5 or "ask HR" in found.reason
    line = f"limit_unit: {'' if sure > 0.5 else 'FILL-IN '}{unit}  # {sure:.2f}: "
    assert line in draft(Mapped(lambda column: True, found))
    assert "limit_unit" not in draft(Mapped(lambda column: column != "over_limit_approver", found)), "no limit is sent then"


def test_where_no_limit_can_be_read_no_unit_is_proposed():
    assert limit_unit(pd.Series([None, "many"], dtype="str"), ".") is None
