"""How a page becomes HTML.

Belongs here: the templates' environment, and the style sheet. Does not belong here: what is on a page.

Whatever comes from HR's file or from a destination is escaped by the templates, without exception; there is no script and no style in a
page.
"""

import re
import uuid
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from resources.to_type import in_page
from roster.reports import words
from roster.reports.page import moment, number
from web.serve.page_request import PageRequest

_NOWHERE: Final = "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
POLICY: Final = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


@cache
def _environment() -> Environment:
    loader = PrefixLoader({"serve": PackageLoader("web.serve"), "report": PackageLoader("roster.reports")})
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": number, "moment": moment, "part": lambda text: quote(str(text), safe="")}
    environment.filters |= {"kinds": lambda codes: words.kinds("|".join(codes)), "action": words.action, "outcome": words.outcome}
    return environment


@cache
def style() -> str:
    """The report's style, and what pages have besides."""
    sheets = [("roster.reports", "sync_report.css"), ("roster.reports", "page.css"), ("web.serve", "serve.css")]
    return "\n".join((files(package) / "templates" / name).read_text(encoding="utf-8") for package, name in sheets)


def page(page_request: PageRequest | None, template: str, *, again: int = 0, **what: Any) -> Response:
    """A page.

    Args:
        page_request: For whom.
        template: Its name.
        again: After so many seconds the browser asks again; 0: never.
        what: What the template shows.
    """
    html = _environment().get_template(f"serve/{template}.html").render(page_request=page_request, **what)
    return HTMLResponse(in_page(html), headers={"refresh": str(again)} if again else None)


def stop(sentence: str, status: int) -> Response:
    """A page that says why there is no other."""
    return HTMLResponse(in_page(_environment().get_template("serve/stop.html").render(page_request=None, sentence=sentence)), status)


def whole(html: str) -> Response:
    """A page that is made already, with what it has of style and script in itself, and nothing else."""

    def of(tag: str) -> str:
        found = re.findall(rf"<{tag}(?: [^>]*)?>(.*?)</{tag}>", html, re.DOTALL)
        return " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in found) or "'none'"

    policy = f"default-src 'none'; style-src {of('style')}; script-src {of('script')}; {_NOWHERE}"
    return HTMLResponse(html, headers={"content-security-policy": policy})


def address(page_request: PageRequest, *parts: str) -> str:
    """Where something of the company is."""
    return "/" + "/".join(quote(part, safe="") for part in (page_request.company, *parts))


def form() -> str:
    """The name of one form: sent twice, it is one decision."""
    return uuid.uuid4().hex
