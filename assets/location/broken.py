"""What stands in the UI for a company whose settings cannot be loaded: red by itself, and in nobody else's way.

Belongs here: the asset ``<company>/settings``, its check, the sensor that evaluates the check without anybody's doing, and jobs under the
names of the company's own, so that a run of it that somebody re-executes says why it cannot. Does not belong here: finding out what is
wrong (``assets.location.one``).
"""

import contextlib
import hashlib
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import dagster as dg

from assets import mistakes, names
from assets.company import COMPANY_TAG
from assets.component import SettingsError
from assets.location import one
from assets.runs import alerts
from resources.failures import Failed

CHECK: Final = "loads"
"""The check's name."""
EVERY: Final = 30
"""Seconds from one look at the file to the next."""
_SHOWN: Final = 50
"""Mistakes that are listed."""


class CannotBeLoaded(SettingsError):
    """A company's job was asked for, and its settings cannot be loaded."""

    def __init__(self, company: str, lines: Sequence[str]) -> None:
        super().__init__(lines)
        self.args = (f"The settings of company '{company}' cannot be loaded, so none of its jobs can run: {'; '.join(lines).rstrip('.')}.",)


def build(file: Path, lines: Sequence[str], taken: Collection[str] = ()) -> dg.Definitions:
    """The red thing.

    Args:
        file: The company's `defs.yaml`.
        lines: What is wrong with it, a line for each mistake, without values.
        taken: Names of jobs that another company has.
    """
    company, name = file.parent.name, _name(file.parent.name)
    key, tags = dg.AssetKey([name, "settings"]), {COMPANY_TAG: name}
    asset = dg.AssetSpec(
        key,
        group_name=f"{name}_settings",
        description=f"The settings of company '{company}' cannot be loaded; its jobs cannot run until they are mended.\n\n"
        + _list(file, lines),
        kinds={"yaml"},
        tags=tags,
        metadata={"file": str(file), "mistakes": len(lines)},
    )

    @dg.asset_check(asset=key, name=CHECK, description="Can the company's settings be loaded?")
    def loads() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(**_looked_at(file))

    @dg.sensor(
        name=f"{name}_settings",
        minimum_interval_seconds=EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Looks whether the settings of company '{company}' can be loaded, and shows on the asset what is wrong with them.",
        tags=tags,
    )
    def settings(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        seen = _looked_at(file)
        if not seen["passed"]:
            with contextlib.suppress(Failed):  # a ledger that cannot be had must not keep the check from being seen
                alerts.cannot_be_loaded(company, seen["metadata"]["mistakes"])
        state = hashlib.sha256(seen["description"].encode()).hexdigest()
        can = "can" if seen["passed"] else "cannot"
        message = f"The settings of company '{company}' {can} be loaded; the asset {key.to_user_string()} says more."
        if context.cursor == state:
            return dg.SensorResult(skip_reason=message, cursor=state)
        event = dg.AssetCheckEvaluation(asset_key=key, check_name=CHECK, **seen)
        return dg.SensorResult(skip_reason=message, asset_events=[event], cursor=state)

    jobs = [_job(company, job, lines) for job in (f"{company}_{one}" for one in names.JOBS) if job not in taken and company == name]
    return dg.Definitions(assets=[asset], asset_checks=[loads], sensors=[settings], jobs=jobs, executor=dg.in_process_executor)


def _name(company: str) -> str:
    """The folder's name, as far as it can be part of names; another folder's is never the same."""
    if names.may_be_called(company):
        return company
    plain = re.sub(r"[^A-Za-z0-9_]|^(?=[0-9])", "_", company)
    ending = f"_{crc32(company.encode('utf-8', 'surrogateescape')):08x}"
    return plain[: names.LONGEST - len(ending)] + ending


def _looked_at(file: Path) -> dict[str, Any]:
    """What the check says of the file as it is now."""
    try:
        one.build(file)
        lines = mistakes.of(file)  # names that are in another company's way are seen beside that one alone
    except SettingsError as error:
        lines = error.lines
    if lines:
        return {"passed": False, "description": _list(file, lines), "metadata": {"mistakes": len(lines)}}
    return {
        "passed": True,
        "description": "They can be loaded now. Reload the code location, and the company is there.",
        "metadata": {"mistakes": 0},
    }


def _list(file: Path, lines: Sequence[str]) -> str:
    """By line of the file: where that is stands beside it once."""
    lines = [re.sub(rf"\bat {re.escape(str(file))}:(\d+)", r"at line \1", line) for line in lines]
    more = [f"and {len(lines) - _SHOWN} more: `rollcall check` names them all"] if len(lines) > _SHOWN else []
    return "\n".join(f"- {line}" for line in [*lines[:_SHOWN], *more])


def _job(company: str, name: str, lines: Sequence[str]) -> dg.JobDefinition:
    """A job that a run of the company's is found under; it takes any config, and no run of it begins (`assets.location.together`)."""

    @dg.op(name=f"{name}_cannot_be_loaded")
    def stopped() -> None:
        raise CannotBeLoaded(company, lines)

    # A mapping of its own: without it, the config of the run that is re-executed would be told as the mistake.
    anything = dg.ConfigMapping(config_fn=lambda _: {}, config_schema=dict)

    @dg.job(
        name=name,
        description=f"Cannot run: the settings of company '{company}' cannot be loaded.",
        config=anything,
        tags={COMPANY_TAG: company},
        executor_def=dg.in_process_executor,
    )
    def job() -> None:
        stopped()

    return job
