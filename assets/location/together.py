"""All companies as one code location, each loaded when it is needed.

Belongs here: the one `Definitions` that ``pipelines.definitions`` offers to Dagster. What shows everything (the UI, the daemon's sensors,
`dg list`) loads every company once; a run loads its own alone, found by the name of its job. This stands on Dagster's `RepositoryData`, its
seam for definitions that are built on demand. Does not belong here: how one company is built (``assets.location.one``), and what is there
instead of one that cannot be (``assets.location.broken``).

Companies are put side by side, not merged: merged, each job would be resolved against all other companies' assets and resources, which
takes time and memory by the square of their number.
"""

import sys
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import AbstractSet, Any, Final, cast  # noqa: UP035 - as Dagster's own signature has it

import dagster as dg
from dagster._core.definitions.assets.job.asset_job import IMPLICIT_ASSET_JOB_NAME
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME, RepositoryData

from assets import loader, names
from assets.component import SettingsError
from assets.location import broken, one, selection
from assets.runs import dagster_engines

NO_COMPANY: Final = "There is no company yet: {folder} has no folder with a defs.yaml."
_KINDS: Final = ("assets", "asset_checks", "jobs", "schedules", "sensors")


class Location(dg.Definitions):
    """Every company that has a `<company>/defs.yaml` in a folder. Nothing of it is read before it is asked for."""

    def __new__(cls, folder: Path) -> "Location":
        """
        Args:
            folder: The companies'.

        Raises:
            SettingsError: There is no such folder, or it cannot be read: that is nobody's mistake alone.
        """
        try:
            next(folder.iterdir(), None)
        except (FileNotFoundError, NotADirectoryError):
            raise SettingsError([f"{folder}: no such folder"]) from None
        except OSError as error:
            raise SettingsError([f"{folder}: cannot be read ({type(error).__name__})"]) from None
        dagster_engines.keep()  # whoever loads this runs, or looks at what ran
        location = super().__new__(cls)
        object.__setattr__(location, "_repository", _Repository(_Companies(folder)))
        return location

    def mistakes(self) -> dict[str, list[str]]:
        """Company → what is wrong with its settings, of those that cannot be loaded."""
        return self._repository.companies.whole.mistakes  # type: ignore[attr-defined]

    def get_repository_def(self) -> dg.RepositoryDefinition:
        """What Dagster loads."""
        return cast("dg.RepositoryDefinition", self._repository)  # type: ignore[attr-defined]

    # What `Definitions.merge` and tests take apart is there too, with all companies loaded.
    assets = property(lambda self: self._all("assets"))
    asset_checks = property(lambda self: self._all("asset_checks"))
    jobs = property(lambda self: self._all("jobs"))
    schedules = property(lambda self: self._all("schedules"))
    sensors = property(lambda self: self._all("sensors"))
    executor = property(lambda _: dg.in_process_executor)

    @property
    def resources(self) -> Mapping[str, Any]:  # type: ignore[override]
        """Every company's."""
        return {key: value for each in self._repository.companies.whole.definitions for key, value in (each.resources or {}).items()}  # type: ignore[attr-defined]

    def _all(self, kind: str) -> list[Any]:
        return [found for each in self._repository.companies.whole.definitions for found in getattr(each, kind) or []]  # type: ignore[attr-defined]


class _Repository(dg.RepositoryDefinition):
    """As Dagster's own, but that a part of a job is taken from the companies that it is of."""

    def __init__(self, companies: "_Companies") -> None:
        super().__init__(SINGLETON_REPOSITORY_NAME, repository_data=companies)
        self.companies = companies

    def get_maybe_subset_job_def(
        self,
        job_name: str,
        op_selection: Iterable[str] | None = None,
        asset_selection: AbstractSet[dg.AssetKey] | None = None,
        asset_check_selection: AbstractSet[dg.AssetCheckKey] | None = None,
    ) -> dg.JobDefinition:
        """A job, or a part of it, to be run.

        Raises:
            CannotBeLoaded: The settings of its company cannot be loaded.
            Refused: Of what one step makes only a part is picked.
        """
        keys = {*(asset_selection or ()), *(check.asset_key for check in asset_check_selection or ())}
        job = self.companies.job_to_run(job_name, keys)
        selection.check(job, asset_selection)
        return job.get_subset(op_selection=op_selection, asset_selection=asset_selection, asset_check_selection=asset_check_selection)

    def get_implicit_job_def_for_assets(self, asset_keys: Iterable[dg.AssetKey]) -> dg.JobDefinition | None:
        """Dagster's own job for assets that are picked on the command line.

        Raises:
            Refused: None is, or of what one step makes only a part is.
        """
        job = super().get_implicit_job_def_for_assets(asset_keys)
        selection.check(job, set(asset_keys), some=True)
        return job


@dataclass
class _Whole:
    """All companies, side by side."""

    companies: Collection[str]
    """All that there are, whether or not they can be loaded: a job's name must not become another company's while that is mended."""
    definitions: list[dg.Definitions] = field(default_factory=list)
    repositories: list[dg.RepositoryDefinition] = field(default_factory=list)
    owners: dict[tuple[str, str], str] = field(default_factory=dict)
    """(kind, name) of everything that has a name → the company whose it is."""
    mistakes: dict[str, list[str]] = field(default_factory=dict)
    """The companies that cannot be loaded → what is wrong."""
    refused: dict[str, broken.CannotBeLoaded] = field(default_factory=dict)
    """Their jobs → why."""

    def check_names(self, company: str, repository: dg.RepositoryDefinition) -> None:
        """Before a company is added.

        Raises:
            SettingsError: Something of it is called as something of another one.
        """
        for kind, name in sorted(_named(repository)):
            others = [] if _begins_as(company, name) else [one for one in self.companies if _begins_as(one, name)]
            others += [one for one in self.companies if kind == "job" and one != company and _is_job_of(one, name)]
            if other := self.owners.get((kind, name)) or max(others, key=len, default=None):
                raise SettingsError([f"the {kind} {name} is called as one of company '{other}' is or may be: call it otherwise"])

    def add(self, company: str, definitions: dg.Definitions, repository: dg.RepositoryDefinition) -> None:
        """One more company."""
        self.owners |= dict.fromkeys(_named(repository), company)
        self.definitions.append(definitions)
        self.repositories.append(repository)

    def jobs(self) -> dict[str, dg.JobDefinition]:
        """The companies' own."""
        return {job.name: job for each in self.repositories for job in each.get_all_jobs() if job.name != IMPLICIT_ASSET_JOB_NAME}

    @cached_property
    def any_assets(self) -> dg.JobDefinition | None:
        """Dagster's own job, of whatever assets somebody picks."""
        return _any_assets(self.definitions)


class _Companies(RepositoryData):
    """What Dagster asks for, company by company where it can be."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._files = folder, names.files(folder)
        self._one_at_a_time = threading.RLock()
        self._whole: _Whole | None = None
        self._alone: dict[Path, one.Built] = {}

    @property
    def whole(self) -> _Whole:
        """All companies, loaded now if they were not before."""
        with self._one_at_a_time:
            if self._whole is None:
                self._whole = _load(self._folder, self._files)
            return self._whole

    @cached_property
    def _jobs(self) -> dict[str, dg.JobDefinition]:
        found = self.whole.jobs()
        everything = self.whole.any_assets
        return {**found, everything.name: everything} if everything else found

    def job_to_run(self, name: str, keys: Collection[dg.AssetKey]) -> dg.JobDefinition:
        """A job that is to be run, with no other company loaded than is needed for it.

        Args:
            name: The job's.
            keys: Which of its assets, if not all.

        Raises:
            CannotBeLoaded: The settings of its company cannot be loaded.
        """
        if self._whole is None:
            found = self._of_assets(keys) if name == IMPLICIT_ASSET_JOB_NAME and keys else self._of_one(name)
            if found:
                return found
        if why := self.whole.refused.get(name):
            raise why
        return self.get_job(name)

    def _of_one(self, name: str) -> dg.JobDefinition | None:
        """A company's own job. Which company's is seen by how it begins, of several the one whose name is longest."""
        why: broken.CannotBeLoaded | None = None
        files = [file for file in self._files if name.startswith(f"{file.parent.name}_")]
        for file in sorted(files, key=lambda one: (name.rpartition("_")[0] != one.parent.name, -len(one.parent.name))):
            try:
                repository = self._built(file).repository
            except SettingsError as error:
                why = why or broken.CannotBeLoaded(file.parent.name, error.lines)
                if _is_job_of(file.parent.name, name):
                    break
                continue
            if repository.has_job(name):
                # Whether it may be called so, only all of them show.
                return None if _strange(file.parent.name, repository) else repository.get_job(name)
        if why:
            raise why
        return None

    def _of_assets(self, keys: Collection[dg.AssetKey]) -> dg.JobDefinition | None:
        """Dagster's own job for assets that somebody has picked, with their companies alone."""
        companies = {key.path[0] for key in keys}
        files = {file.parent.name: file for file in self._files}
        if not companies <= files.keys():
            return None
        try:
            return _any_assets([self._built(files[company]).definitions for company in sorted(companies)])
        except SettingsError:  # what stands for a broken company may be picked too
            return None

    def _built(self, file: Path) -> one.Built:
        with self._one_at_a_time:
            if file not in self._alone:
                self._alone[file] = one.build(file)
            return self._alone[file]

    def get_all_jobs(self) -> Sequence[dg.JobDefinition]:
        return list(self._jobs.values())

    def get_job_names(self) -> Sequence[str]:
        return list(self._jobs)

    def has_job(self, job_name: str) -> bool:
        return job_name in self._jobs

    def get_job(self, job_name: str) -> dg.JobDefinition:
        if self._whole is None and job_name != IMPLICIT_ASSET_JOB_NAME and (found := self._of_one(job_name)):
            return found
        if job_name not in self._jobs:
            raise dg.DagsterInvariantViolationError(names.unknown("job", job_name, sorted(self._jobs)))
        return self._jobs[job_name]

    def get_all_schedules(self) -> Sequence[dg.ScheduleDefinition]:
        return [found for each in self.whole.repositories for found in each.schedule_defs]

    def get_all_sensors(self) -> Sequence[dg.SensorDefinition]:
        return [found for each in self.whole.repositories for found in each.sensor_defs]

    def get_top_level_resources(self) -> Mapping[str, dg.ResourceDefinition]:
        return self._united(lambda each: each.get_top_level_resources())

    def get_env_vars_by_top_level_resource(self) -> Mapping[str, AbstractSet[str]]:
        return self._united(lambda each: each.get_env_vars_by_top_level_resource())

    def get_source_assets_by_key(self) -> Mapping[dg.AssetKey, dg.SourceAsset]:
        return self._united(lambda each: each.source_assets_by_key)

    def get_assets_defs_by_key(self) -> Mapping[dg.AssetKey, dg.AssetsDefinition]:
        return self._united(lambda each: each.assets_defs_by_key)

    def get_asset_checks_defs_by_key(self) -> Mapping[dg.AssetCheckKey, dg.AssetChecksDefinition]:
        return self._united(lambda each: each.asset_checks_defs_by_key)

    def _united(self, part: Callable[[dg.RepositoryDefinition], Mapping[Any, Any]]) -> dict[Any, Any]:
        return {key: value for each in self.whole.repositories for key, value in part(each).items()}


def mistakes(files: Sequence[Path]) -> dict[str, list[str]]:
    """Company → what is wrong with it, of those that are not loaded: as a `Location` has it, without what stands for them.

    Args:
        files: Each company's `defs.yaml`: of all that there are, since the name of one may be in the way of another.
    """
    return {file.parent.name: list(lines) for file, lines in _side_by_side(files)[1]}


def _load(folder: Path, files: Sequence[Path]) -> _Whole:
    """Every company of a folder, and what stands for those that cannot be loaded."""
    whole, lacking = _side_by_side(files)
    for file, lines in sorted(lacking):
        whole.mistakes[file.parent.name] = list(lines)
        sys.stderr.write(f"rollcall: {broken.CannotBeLoaded(file.parent.name, lines)}\n")
        definitions = broken.build(file, lines, {name for kind, name in whole.owners if kind == "job"})
        whole.add(file.parent.name, definitions, definitions.get_repository_def())
        whole.refused |= {job.name: broken.CannotBeLoaded(file.parent.name, lines) for job in definitions.jobs or []}
    if not files:
        sys.stderr.write(f"rollcall: {NO_COMPANY.format(folder=folder)}\n")
        none_yet = dg.Definitions(assets=[dg.AssetSpec("no_company_yet", description=NO_COMPANY.format(folder=folder))])
        whole.add("", none_yet, none_yet.get_repository_def())
    return whole


def _side_by_side(files: Sequence[Path]) -> tuple[_Whole, list[tuple[Path, Sequence[str]]]]:
    """The companies that can be loaded, and of each other one what is wrong."""
    whole = _Whole([file.parent.name for file in files])
    lacking: list[tuple[Path, Sequence[str]]] = []
    built: list[tuple[bool, bool, Path, one.Built]] = []
    for file in files:
        try:
            company = one.build(file)
            built.append((not loader.is_plain(file), _strange(file.parent.name, company.repository), file, company))
        except (SettingsError, loader.SettingsMistakes) as error:
            lacking.append((file, error.lines))
    # Companies without anything of somebody else's come first, then those whose names begin as their own: who calls something of theirs as
    # another company does or would, gives way.
    for _, _, file, company in sorted(built, key=lambda each: each[:3]):
        try:
            whole.check_names(file.parent.name, company.repository)
        except SettingsError as error:
            lacking.append((file, [f"{file}: {line}" for line in error.lines]))
        else:
            whole.add(file.parent.name, company.definitions, company.repository)
    return whole, lacking


def _strange(company: str, repository: dg.RepositoryDefinition) -> bool:
    """Whether something of it is called as no company is: only a component of somebody else's does that."""
    return not all(_begins_as(company, name) for _, name in _named(repository))


def _begins_as(company: str, name: str) -> bool:
    return name.startswith((f"{company}_", f"{company}/"))


def _is_job_of(company: str, name: str) -> bool:
    return name.rpartition("_")[::2] in ((company, job) for job in names.JOBS)


def _named(repository: dg.RepositoryDefinition) -> set[tuple[str, str]]:
    """Everything of a company that has a name which nothing of another's may have."""
    jobs = [job for job in repository.get_all_jobs() if job.name != IMPLICIT_ASSET_JOB_NAME]
    return {
        *(("job", job.name) for job in jobs),
        *(("sensor", sensor.name) for sensor in repository.sensor_defs),
        *(("schedule", schedule.name) for schedule in repository.schedule_defs),
        *(("resource", key) for key in repository.get_top_level_resources() if key != "io_manager"),
        *(("asset", key.to_user_string()) for key in (*repository.assets_defs_by_key, *repository.source_assets_by_key)),
    }


def _any_assets(definitions: Sequence[dg.Definitions]) -> dg.JobDefinition | None:
    parts: dict[str, Any] = {
        kind: [found for each in definitions for found in getattr(each, kind) or []] for kind in ("assets", "asset_checks")
    }
    resources = {key: value for each in definitions for key, value in (each.resources or {}).items()}
    repository = dg.Definitions(**parts, resources=resources, executor=dg.in_process_executor).get_repository_def()
    return repository.get_implicit_global_asset_job_def() if repository.has_implicit_global_asset_job_def() else None
