"""Where `rollcall serve` shows what an asset's page is about.

Belongs here: those addresses, where the deployment says that there is such a server. Does not belong here: the pages (``web.serve``).
Nothing of a person is in an address: a company's name, a run's id and a digest.
"""

import os
from typing import Any, Final
from urllib.parse import quote, urlsplit

import dagster as dg

URL: Final = "ROLLCALL_SERVE_URL"
"""Environment variable: how browsers reach `rollcall serve`."""


def to(company: str, *parts: str) -> dict[str, Any]:
    """Metadata that leads to a page of the company; nothing where no server is named, or no address stands there."""
    base = os.environ.get(URL, "").strip()
    if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc or urlsplit(base).username:
        return {}
    path = "/".join(quote(part, safe="") for part in (company, *parts))
    return {"in rollcall serve": dg.MetadataValue.url(f"{base.rstrip('/')}/{path}{'' if parts else '/'}")}
