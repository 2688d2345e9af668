"""``<company>/<destination>/known``: what is there now."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets import names
from assets.company import Company, attempt
from assets.failures import reported
from assets.graph import checks, metadata
from assets.graph.given import ReleaseConfig, planned_from
from assets.typed import given, schema
from destinations import claims, engine, parts, releases, undoing
from destinations.abilities import Preflight
from destinations.base import Attempt, Destination, Request
from resources.failures import Permanent
from resources.ledger import Ledger


def build(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """The asset."""
    key = company.key(destination.name, "known")
    access, ledger, io = company.resource(destination.name), company.resource("ledger"), company.resource("io")

    @dg.asset(
        key=key,
        ins={"roster": dg.AssetIn(company.key("hr", "roster"))},
        check_specs=checks.specs(key, destination.preflight_checks) if isinstance(destination, Preflight) else [],
        io_manager_key=io,
        required_resource_keys={access, ledger, io},
        config_schema=schema(ReleaseConfig),
        **company.labels(
            destination.name,
            f"Who is at {destination.title} now, by its API and the ledger. Look at the row count: is it about as many as ever?",
            {destination.name},
        ),
    )
    def asset(context: dg.AssetExecutionContext, roster: pd.DataFrame) -> Iterator[dg.MaterializeResult]:
        storage, request = getattr(context.resources, io), given(context, ReleaseConfig).request(context)
        with reported(), getattr(context.resources, ledger).open() as book:
            if request.release or request.undo:
                if not _is_meant(company, book, destination, attempt(context), request):
                    left_alone = {"read": "not in this run: it is for another destination"}
                    unseen = checks.left_alone(key, destination.preflight_checks) if isinstance(destination, Preflight) else []
                    yield dg.MaterializeResult(value=storage.newest(key), metadata=left_alone, check_results=unseen)
                    return
                roster = planned_from(book, storage, company, destination.name).roster
            company.refuse_shared(destination)
            book.claims.keep(company.settings.parts())
            there = {company.name, *names.companies()}
            claims.check_first(company.destinations(), book, roster, there)
            claims.claim(destination, book, roster, there)
            found = engine.read(destination, getattr(context.resources, access), book, roster)
            claims.claim(destination, book, roster, there, found.read)
        rows = {name: len(frame) for name, frame in found.read.items()}
        first = next(iter(found.read.values()))
        yield dg.MaterializeResult(
            value=found.to_stored(),
            metadata={**metadata.of_frame(first), **rows, "people in the ledger": len(found.acknowledged)},
            check_results=checks.results(key, parts.preflight(destination, found.read, roster)),
        )

    return asset


def _is_meant(company: Company, book: Ledger, destination: Destination, run: Attempt, request: Request) -> bool:
    """Whether what is released, or taken back, is of this destination.

    Raises:
        Permanent: The run that is to be taken back wrote nothing anywhere.
    """
    if request.undo:
        written = [one.name for one in company.destinations() if undoing.plans_of(book, one.name, request.undo)]
        if not written:
            what = f"Run {request.undo} has written nothing of {company.name}, or is not kept any more."
            raise Permanent(what, "Give the whole id of a run's first attempt: rollcall status and the report have it.")
        return destination.name in written
    return releases.requested(book, destination.name, run, request, company.four_eyes()) is not None
