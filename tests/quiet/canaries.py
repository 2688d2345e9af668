"""A company of canaries: every name, address, number and secret of theirs is unique, so that wherever one turns up it was let out.

Belongs here: who they are, and looking for them. Does not belong here: what happens to them.
"""

import base64
import json
import sqlite3
import unicodedata
import zlib
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import numpy as np

COLUMNS = ("No", "First", "Last", "Mail", "Boss", "Firm", "Status", "Mobile", "IBAN", "Personal ID", "City", "Nick")
PEOPLE = """\
Q01;Zåfirstaq;Zälastaq;zqlocal.a@acme.example;;SE;A;+46701740601;SE6100000000000001000003;19700101-9801;Zöcityaq;Zqnickaq
Q02;Zåfirstbq;Zälastbq;zqlocal.b@acme.example;Q01;SE;A;+46701740602;SE2700000000000002000006;19710101-9802;Zöcitybq;Zqnickbq
Q03;Zåfirstcq;Zälastcq;zqlocal.c@acme.example;Q01;SE;A;+46701740603;SE9000000000000003000009;19720101-9803;Zöcitycq;Zqnickcq
Q04;Zåfirstdq;Zälastdq;zqlocal.d@acme.example;Q02;SE;A;+46701740604;SE5600000000000004000012;19730101-9804;Zöcitydq;Zqnickdq
"""
STRANGER = {"firstName": "Zqstrangerfirst", "lastName": "Zqstrangerlast", "email": "zqstranger@other.example"}
SECRETS = {
    "EXPENSIFY_USER": "zqpartneruser",
    "EXPENSIFY_SECRET": "zqpartnersecret",
    "FINDITY_CLIENT": "zqclientid",
    "FINDITY_SECRET": "zqclientsecret",
    "HR_SFTP_PASSWORD": "zqsftppassword",
    "FEED_USER": "zqfeeduser",
    "FEED_PASSWORD": "zqfeedpassword",
    "MAIL_TO": "zqmailto@acme.example",
    "HTTPS_PROXY": "http://zqproxyuser:zqproxyword@127.0.0.1:9",
}
WORD, NEAR = "Zqorganizationwordq", "Zqorganizationwordz"
"""What HR's file calls somebody's organization, which is none; and what may have been meant."""
KEPT = {"ledger", "data", "reports", "incoming"}
"""What exists to hold people, below ROLLCALL_HOME."""
YAML = """\
timezone: Europe/Stockholm
owners: [team:finance]
first_sync: apply
hr:
  csv: {path: inbox/people_*.csv, delimiter: ";", trailer: '#END;rows=(?P<rows>\\d+)'}
  people:
    absent_means: leaver
    columns:
      employee_id: "No"
      first_name: First
      last_name: Last
      email: Mail
      manager_id: Boss
      company_code: Firm
      worker_status: {column: Status, values: {A: Active}}
      phone: Mobile
      bank_account: IBAN
      extra_city: City
      extra_nick: Nick
expensify:
  connection:
    url: {env: EXPENSIFY_URL}
    partner_user_id: {env: EXPENSIFY_USER}
    partner_user_secret: {env: EXPENSIFY_SECRET}
    on_finish_recipients: [{env: MAIL_TO}]
    read_back_seconds: 0
  feed:
    policyID: {column: company_code, lookup: {SE: "5E00000000000001"}}
    role: {constant: user}
    customField2: extra_nick
findity:
  connection:
    admin_url: {env: FINDITY_ADMIN_URL}
    token_url: {env: FINDITY_TOKEN_URL}
    organization: acme
    client_id: {env: FINDITY_CLIENT}
    client_secret: {env: FINDITY_SECRET}
    invitation_mail_checked: true
    read_back_seconds: 0
  users: {phone: phone, bankAccount: {IBAN: bank_account}, address: {city: extra_city}}
"""


def canaries() -> dict[str, str]:
    """Kind and owner → the text that gives them away."""
    found = {f"stranger {name}": value.partition("@")[0] for name, value in STRANGER.items()}
    found |= {
        **SECRETS,
        "proxy user": "zqproxyuser",
        "proxy password": "zqproxyword",
        "database password": "zqdatabaseword",
        "key": "zqprivatekeyline",
        "word for an organization": WORD,
        "word that may have been meant": NEAR,
    }
    for line in PEOPLE.splitlines():
        number, *cells = line.split(";")
        for column, cell in zip(COLUMNS[1:], cells, strict=True):
            if column not in ("Boss", "Firm", "Status"):
                found[f"{column} of {number}"] = {"Mail": cell.partition("@")[0], "Mobile": cell[3:]}.get(column, cell)
    return found


def forms(text: str) -> set[bytes]:
    """The ways in which a text may be written down."""
    texts = {text, text.casefold(), text.upper(), unicodedata.normalize("NFD", text), unicodedata.normalize("NFD", text.casefold())}
    written = {
        form.encode(code)
        for form in texts
        for code in ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
        if code != "latin-1" or form.isascii() or form == text
    }
    written |= {
        form.encode() for each in texts for form in (quote(each), quote_plus(each), json.dumps(each)[1:-1], repr(each.encode())[2:-1])
    }
    for shift in range(3):  # of the three ways in which it can lie in a base64 text, what does not depend on its neighbours
        encoded = base64.b64encode(b"\0" * shift + text.encode())
        written.add(encoded[(0, 2, 3)[shift] : -4])
    return written


def given_away(content: bytes) -> set[str]:
    """The canaries in what somebody can read."""
    lowered = content.decode("utf-8", "ignore").casefold().encode()
    found: set[str] = set()
    for each in (content, lowered):
        there = _triples(each)
        # Of hundreds of forms hardly any can be there at all: only those are looked for that have no three bytes which are nowhere.
        found |= {name for name, form, triples in _sought() if name not in found and there[triples].all() and form in each}
    return found


@cache
def _sought() -> list[tuple[str, bytes, np.ndarray]]:
    """Name, form and the numbers of its triples of bytes."""
    return [(name, form, np.flatnonzero(_triples(form))) for name, text in canaries().items() for form in forms(text)]


def _triples(content: bytes) -> np.ndarray:
    """For each three bytes, read as a number, whether they follow one another somewhere."""
    there = np.zeros(1 << 24, dtype=bool)
    one = np.frombuffer(content, dtype=np.uint8).astype(np.int32)
    there[(one[:-2] << 16) | (one[1:-1] << 8) | one[2:]] = True
    return there


def readable(path: Path) -> bytes:
    """A file as it is, and of a database every cell too, unpacked where it is packed."""
    content = path.read_bytes()
    if not content.startswith(b"SQLite format 3"):
        return content
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                content += b"\n".join(map(_unpacked, row))
    return content


def _unpacked(cell: Any) -> bytes:
    if not isinstance(cell, bytes):
        return str(cell).encode()
    try:
        return zlib.decompress(cell)
    except zlib.error:
        return cell
