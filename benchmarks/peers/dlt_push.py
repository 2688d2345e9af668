"""dlt with a small destination of one's own: one load that pushes a CSV of people to Findity.

python dlt_push.py PEOPLE ADMIN_URL BATCH FOLDER
"""

import csv
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
import requests

people, admin_url, batch, folder = sys.argv[1:]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['PEER_TOKEN']}"
session.headers["X-Findity-ApiVersion"] = "3"
sent: list[int] = []


@dlt.resource(name="users")
def users() -> Iterator[dict[str, Any]]:
    with Path(people).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@dlt.destination(batch_size=int(batch))
def findity(items: list[dict[str, Any]], table: Any) -> None:
    url = f"{admin_url}/organizations/externalid/acme/users/"
    session.put(url, params={"sendInvitationMail": "false"}, json=items, timeout=60).raise_for_status()
    sent.append(len(items))


dlt.pipeline("peer", destination=findity, pipelines_dir=folder, progress=None).run(users())
sys.stdout.write(json.dumps({"rows_synced": sum(sent)}) + "\n")
