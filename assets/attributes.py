"""The attributes of a company's `defs.yaml`, and what must hold between them.

Belongs here: the strict models of the whole file. Does not belong here: which columns its rules name (``assets.columns_named``), what the
parts mean (``roster.settings``, ``resources.hr``, each destination) and how the file is found and read (``assets.loader``).
"""

import re
from datetime import timedelta
from functools import cache
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field, ValidationInfo, create_model, field_validator, model_validator

from destinations import registry
from resources.alerts.settings import Alerts
from resources.hr.locations import PLACE, CsvSource, FullAndChanges, OneOfSeveral, SftpSource, Skipped, Source, each, means_all_of
from resources.hr.url_settings import UrlSource
from roster.plan.domains import Domain
from roster.plan.limits import Limits
from roster.settings import LONGEST_DAYS, Approvers, Gate, Leaving, People, Strict

FILL_IN: Final = "FILL-IN"
"""What `rollcall map` writes where it cannot know."""
STORED: Final = "stored"
"""The context in which settings are read that were stored, as they are once they have been read."""

_FILE = re.compile(r"\w[\w-]{0,39}")
_OWNER = re.compile(r"team:[\w.-]+|[^@\s]+@[^@\s]+\.[^@\s]+")

Path = tuple[str | int, ...]
"""Where in the attributes something stands, key by key."""


_CHANGES: Final[dict[str, Any]] = {"properties": {"content": {"const": "changes"}}, "required": ["content"]}
_ABSENT: Final[dict[str, Any]] = {"properties": {"people": {"required": ["absent_means"]}}}


class Hr(Strict):
    """HR's export: where it lies and how its rows become people."""

    model_config = ConfigDict(json_schema_extra={"if": _CHANGES, "else": _ABSENT})

    csv: CsvSource | None = None
    """The export as a file on this machine: where it is and how its bytes become rows."""
    sftp: SftpSource | None = None
    """The export as a file on an SFTP server: where it is and how its bytes become rows."""
    url: UrlSource | None = None
    """The export as a file in an object store, on an FTPS server or behind a web address: where it is and how its bytes become rows."""
    files: dict[str, OneOfSeveral] | None = Field(default=None, min_length=2)
    """Where several files are one roster: what each is called, and what of it is otherwise than the source says."""
    content: Literal["everyone", "changes"] = "everyone"
    """Whether each file has everyone, or what has changed since the one before."""
    changes: FullAndChanges | None = None
    """With `content: changes`: how such files follow each other, and where the ones with everyone are."""
    people: People
    """How its rows become people."""
    gate: Gate = Gate()
    """How far a file may be from the last one before a run stops."""
    skipped: Skipped = Skipped()
    """How the list of who was not brought in goes back to HR."""

    @model_validator(mode="after")
    def _one_source(self) -> "Hr":
        if sum(one is not None for one in (self.csv, self.sftp, self.url)) != 1:
            raise ValueError("exactly one source is needed: csv, sftp or url")
        if self.files is None and PLACE in self._given.place:
            raise ValueError(f"{PLACE} in the source stands for the names of several files, and hr.files names none")
        each(self._given, self.files or {})
        return self

    @model_validator(mode="before")
    @classmethod
    def _nobody_is_absent(cls, value: Any, info: ValidationInfo) -> Any:
        """Of whoever a file of changes does not have, nothing has changed. `STORED` settings have been through here."""
        if not isinstance(value, dict) or value.get("content") != "changes" or info.context == STORED:
            return value
        people = value.get("people")
        if not isinstance(people, dict):
            return value
        if "absent_means" in people:
            sentence = "absent_means makes no sense with content: changes: of whoever is not in such a file nothing has changed, and who is"
            raise ValueError(f"{sentence} gone is marked (changes.deleted). Leave it out")
        return {**value, "people": {**people, "absent_means": "unchanged"}}

    @model_validator(mode="after")
    def _in_sequence(self) -> "Hr":
        if (self.content == "changes") != (self.changes is not None):
            raise ValueError("content: changes and changes belong together")
        if self.changes is None:
            return self
        if self.files is not None:
            raise ValueError("content: changes is for one file a day: leave out files")
        source = self._given
        if isinstance(source, UrlSource) and source.is_one_file:
            raise ValueError(f"content: changes makes no sense over {source.scheme}://: it has one file, and one that was missed is gone")
        source.elsewhere(self.changes.full)
        trailers = any("(?P<date>" in pattern for pattern in source.trailers)
        if self.changes.number_in_name is None and source.date_in_name is None and not trailers:
            raise ValueError("nothing tells whether changes were missed: give changes.number_in_name, date_in_name or a trailer's date")
        if means_all_of(source.place, self.changes.full):
            raise ValueError(f"the source's {source.PLACED_BY} means the files of changes.full, too: the two kinds could not be told apart")
        return self

    @field_validator("files")
    @classmethod
    def _names(cls, value: dict[str, OneOfSeveral] | None) -> dict[str, OneOfSeveral] | None:
        if any(not _FILE.fullmatch(name) for name in value or ()):
            raise ValueError("a file's name has letters, digits, - and _ only: it is shown to everybody")
        return value

    @field_validator("files", mode="before")
    @classmethod
    def _nothing_otherwise(cls, value: Any) -> Any:
        if isinstance(value, list | dict) and not all(isinstance(name, str) for name in value):
            raise ValueError("a file's name that YAML reads as true, false or a number goes in quotes, such as no")
        named = dict.fromkeys(value) if isinstance(value, list) else value
        return {name: {} if own is None else own for name, own in named.items()} if isinstance(named, dict) else named

    @property
    def source(self) -> Source:
        """The one that is given; of several files with how each of them reads."""
        return self._given.of_files(self.each).of_changes(self.changes)

    @property
    def each(self) -> dict[str, Source]:
        """Of several files, what each is called → its source; empty for one."""
        return each(self._given, self.files or {})

    @property
    def _given(self) -> Source:
        source = self.csv or self.sftp or self.url
        assert source is not None, "checked when the settings were read"  # noqa: S101
        return source


class Arrival(Strict):
    """Start the sync when HR's file has landed."""

    every_seconds: int = Field(default=60, ge=1)
    """How often the source is listed. A file is taken when it stands still from one listing to the next, or its done-marker is there."""


class Deadline(Strict):
    """By when a file must have come; later is an alarm on `hr/export`."""

    cron: str
    """The moments at which a file must have been taken, as a cron expression in the company's time zone."""
    within_hours: float = Field(default=24, gt=0, le=LONGEST_DAYS * 24)
    """How long before such a moment a file counts as that one's: no longer than from one such moment to the next."""

    @model_validator(mode="after")
    def _takeable(self) -> "Deadline":
        import dagster as dg  # noqa: PLC0415 - see `_cron`
        from dagster_shared.check import CheckError  # noqa: PLC0415

        _cron(self.cron)
        try:
            dg.FreshnessPolicy.cron(deadline_cron=self.cron, lower_bound_delta=timedelta(hours=self.within_hours))
        except CheckError:
            raise ValueError("within_hours is longer than from one deadline to the next") from None
        return self


class When(Strict):
    """What starts the sync by itself. With neither, people and other programs start it."""

    arrival: Arrival | None = None
    """Start it when HR's file has landed."""
    schedule: str | None = None
    """Start it by the clock: a cron expression in the company's time zone. With `arrival` too, each file still has one run."""
    deadline: Deadline | None = None
    """By when a file must have come."""

    @field_validator("arrival", mode="before")
    @classmethod
    def _named_is_on(cls, value: Any) -> Any:
        return {} if value is None else value

    @field_validator("schedule")
    @classmethod
    def _known_cron(cls, value: str | None) -> str | None:
        return None if value is None else _cron(value)


def _cron(value: str) -> str:
    import dagster as dg  # noqa: PLC0415 - only Dagster knows what it takes, and `rollcall check` does without it where no clock is set

    try:
        dg.ScheduleDefinition(name="trial", cron_schedule=value, job_name="trial")
    except dg.DagsterInvalidDefinitionError:
        raise ValueError('not a cron expression of five fields, such as "15 5 * * *"') from None
    return value


class Serve(Strict):
    """Who may see the company in `rollcall serve`, by the names that the sign-on before it has for them. Nobody else may."""

    viewers: list[str] = Field(default=[])
    """They see nights, people and what waits."""
    releasers: list[str] = Field(default=[])
    """They see the same, release what is held, and see who looked at what."""

    @model_validator(mode="after")
    def _distinguishable(self) -> "Serve":
        names = {name.strip().casefold() for name in (*self.viewers, *self.releasers)}
        if "" in names:
            raise ValueError("a name is empty")
        if len({name.partition("@")[0] for name in names}) < len(names):
            raise ValueError("two names are the same before the @: what one of them does could not be told from the other's")
        return self


class CompanySettings(Strict):
    """One company: its HR export and the destinations that are kept in step with it."""

    timezone: str
    """IANA name of the company's time zone, such as Europe/Stockholm: it decides which day today is."""
    owners: list[str] = Field(min_length=1)
    """Who answers for this company's assets: e-mail addresses, or teams written team:finance."""
    first_sync: Literal["apply", "hold"] = "hold"
    """What the very first sync does: hold every change until it is released, or apply at once."""
    release_hours: float = Field(default=24, gt=0, le=LONGEST_DAYS * 24)
    """For how many hours what a plan holds may be released."""
    retention_days: int = Field(default=90, ge=1, le=LONGEST_DAYS)
    """For how many days runs are kept: stored values with HR's file, reports, ledger rows, Dagster's records."""
    hr: Hr
    """HR's export: where it lies and how its rows become people."""
    when: When = When()
    """What starts the sync by itself."""
    limits: Limits = Limits()
    """How many people may change at once at a destination, by kind of change; a kind that goes beyond is held."""
    approvers: Approvers = Approvers()
    """Who approves where HR's manager cannot."""
    serve: Serve = Serve()
    """Who may see and release in `rollcall serve`."""
    leaving: Leaving = Leaving()
    """When leavers lose their access; a destination may say otherwise."""
    email_domains: list[Domain] | None = Field(default=None, min_length=1)
    """The domains of the company's addresses, such as acme.example. An address of any other waits for a release: that of a joiner always,
    that of somebody who had another one if nobody there had the domain before."""

    alerts: Alerts | None = None
    """Who is told when something needs somebody: by Slack, Teams, e-mail or a hundred others."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("not a time zone of the IANA database, such as Europe/Stockholm") from None
        return value

    @field_validator("owners")
    @classmethod
    def _owner_syntax(cls, value: list[str]) -> list[str]:
        for number, owner in enumerate(value, start=1):
            if not _OWNER.fullmatch(owner):
                raise ValueError(f"owner {number} is neither an e-mail address nor written team:name")
        return value

    @model_validator(mode="after")
    def _a_deadline_to_miss(self) -> "CompanySettings":
        late = [
            name
            for name, one in (self.alerts.targets if self.alerts else {}).items()
            if "events" in one.model_fields_set and "file_late" in one.events
        ]
        if late and self.when.deadline is None:
            raise ValueError(f"alerts: {late[0]} is to be told of file_late, and when.deadline, by when a file must come, is not given")
        return self

    @model_validator(mode="after")
    def _somewhere_to_go(self) -> "CompanySettings":
        if not self.destinations():
            raise ValueError(f"at least one destination is needed: {', '.join(registry.titles())}")
        return self

    def destinations(self) -> dict[str, Strict]:
        """Name → its part of the settings, of those that are given."""
        return {name: part for name in registry.titles() if (part := getattr(self, name, None))}

    def parts(self) -> dict[str, Strict]:
        """As `destinations`, with each part of one that is in several by itself: the name in keys and ledger → its settings."""
        return {part: own for name, given in self.destinations().items() for part, own in registry.parts(name, given).items()}


def model() -> type[CompanySettings]:
    """The model of a company's attributes, with a part for each destination of the registry."""
    return _model(tuple(registry.PACKAGES))


@cache
def _model(packages: tuple[str, ...]) -> type[CompanySettings]:
    titles = registry.titles()
    parts: dict[str, Any] = {
        name: (part | None, Field(default=None, description=f"{titles[name]}, if the company uses it."))
        for name, part in registry.settings_models().items()
    }
    return create_model("Settings", __base__=CompanySettings, __doc__=CompanySettings.__doc__, **parts)


Settings = model()
"""The model for the destinations that Rollcall comes with."""
