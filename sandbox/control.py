"""Controls of a sandbox that runs in another process: switches and faults over HTTP, for drills.

Belongs here: these controls. Does not belong here: anything that Expensify or Findity have.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.box import Box
from sandbox.faults import fault_from


def routes(box: Box) -> list[Route]:
    """`PUT /control/switches` with {name: value}; `POST` and `DELETE /control/faults`, one fault as JSON."""

    async def switches(request: Request) -> Response:
        try:
            box.switches = box.switches.changed(**await _json(request))
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse(vars(box.switches))

    async def faults(request: Request) -> Response:
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


async def _json(request: Request) -> dict[str, object]:
    if request.method == "GET":
        return {}
    if request.headers.get("content-type") != "application/json":  # a web page elsewhere cannot send this to loopback unasked
        raise ValueError("content type application/json is needed")
    body = await request.json()
    if not isinstance(body, dict):
        raise TypeError("a JSON object is needed")
    return body
