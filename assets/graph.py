"""Placeholder until the real graph lands."""

from pathlib import Path

import dagster as dg

from assets.settings import Settings


def build(company: str, settings: Settings, folder: Path) -> dg.Definitions:
    """Three assets and a job."""

    @dg.asset(key=[company, "hr", "export"], group_name="hr")
    def export() -> None: ...

    @dg.asset(key=[company, "hr", "roster"], deps=[export], group_name="hr")
    def roster() -> None: ...

    @dg.asset(key=[company, "reports", "sync_report"], deps=[roster], group_name="reports")
    def report() -> None: ...

    job = dg.define_asset_job(f"{company}_sync", selection=dg.AssetSelection.assets(export, roster, report))
    return dg.Definitions(assets=[export, roster, report], jobs=[job])
