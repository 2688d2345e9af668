"""Controls of a sandbox that runs in another process: switches and faults over HTTP, for drills.

No page of another server gets at them: whoever asks does so by this machine's own name for itself, and from no other page.

Belongs here: these controls. Does not belong here: anything that Expensify or Findity have.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.box import Box
from sandbox.faults import fault_from

_SITES = {"same-origin", "none"}
"""What a browser says of a request that no other page makes (`Sec-Fetch-Site`)."""


def routes(box: Box) -> list[Route]:
    """`PUT /control/switches` with {name: value}; `POST` and `DELETE /control/faults`, one fault as JSON."""

    async def switches(request: Request) -> Response:
        if (foreign := _foreign(request)) is not None:
            return foreign
        try:
            box.switches = box.switches.changed(**await _json(request))
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse(vars(box.switches))

    async def faults(request: Request) -> Response:
        if (foreign := _foreign(request)) is not None:
            return foreign
        if request.method == "DELETE":
            box.faults.clear()
        try:
            if request.method == "POST":
                box.faults.append(fault_from(await _json(request)))
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse([vars(fault) for fault in box.faults])

    return [
        Route("/control/switches", switches, methods=["GET", "PUT"]),
        Route("/control/faults", faults, methods=["GET", "POST", "DELETE"]),
    ]


def _foreign(request: Request) -> Response | None:
    """What is answered to a request for another name than this machine's own (its DNS may point here), or from another page."""
    hosts, origins, sites = (request.headers.getlist(name) for name in ("host", "origin", "sec-fetch-site"))
    port = (request.scope.get("server") or ("", 0))[1]
    own = [f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")]
    if len(hosts) == 1 and hosts[0].lower() in own and set(origins) <= {f"http://{name}" for name in own} and set(sites) <= _SITES:
        return None
    return JSONResponse({"error": "the controls are for this machine, and for no other page"}, status_code=403)


async def _json(request: Request) -> dict[str, object]:
    if request.method == "GET":
        return {}
    if request.headers.getlist("content-type") != ["application/json"]:  # a web page elsewhere cannot send this to loopback unasked
        raise ValueError("content type application/json is needed")
    body = await request.json()
    if not isinstance(body, dict):
        raise TypeError("a JSON object is needed")
    return body
