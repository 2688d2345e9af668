"""What of a night is whose to mend."""

import pandas as pd

from web.serve.nights import is_open


def test_whoever_waits_and_no_release_lets_go_is_an_open_fault_and_whoever_is_released_is_none() -> None:
    out = pd.DataFrame(
        [("held", "manager_unknown"), ("held", "conflict"), ("held", "first_sync"), ("held", "limit"), ("rejected", "email")],
        columns=["outcome", "code"],
    )
    assert out.loc[is_open(out), "code"].tolist() == ["manager_unknown", "conflict", "email"]
