"""Azure's and Google's own kind of object store on loopback: Azurite, Microsoft's emulator, and `gcp-storage-emulator`.

Debian has neither: `.ci/emulators` installs them, in a folder of the user's, in about a minute. Where one is neither there nor on the
``PATH`` its tests are skipped; in CI they fail.

Belongs here: starting them, containers, and what is in those. Does not belong here: what is to work with them. S3's is `tests.buckets`.
"""

import os
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from tests import ports
from tests.processes import with_us
from tests.programs import program

_ACCOUNT: Final = "devstoreaccount1"
_KEY: Final = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""What every Azurite takes, as its documents say: no secret."""
_OTHER_KEY: Final = "bm90IHRoZSByaWdodCBrZXkgYXQgYWxsLCBidXQgYXMgbG9uZyBhcyBvbmU="


@dataclass
class Emulator:
    """One that runs."""

    kind: str
    """How a location begins."""
    environment: dict[str, str]
    """By which fsspec's class finds it."""
    unknown: dict[str, str]
    """The same with credentials that it does not know; empty if it takes any."""
    make: Callable[[str], Any]
    listed: Callable[[str], list[str]]
    """Container → the names of all that is in it, as others see it."""

    def container(self) -> str:
        """The name of a new one."""
        name = f"rollcall-{uuid.uuid4().hex[:12]}"
        self.make(name)
        return name


def forget_connections() -> None:
    """As a process that has just begun: fsspec keeps what it found in an earlier environment."""
    from adlfs import AzureBlobFileSystem  # here, as below: slow to import, and whoever has no emulator needs none of it
    from gcsfs import GCSFileSystem

    AzureBlobFileSystem.clear_instance_cache()
    GCSFileSystem.clear_instance_cache()


@contextmanager
def azure(folder: Path) -> Iterator[Emulator]:
    """Azurite, until the block ends."""
    azurite, port = _program("azurite-blob"), ports.free()
    from azure.core.exceptions import ResourceNotFoundError
    from azure.storage.blob import BlobServiceClient

    command = [azurite, "--blobHost=127.0.0.1", f"--blobPort={port}", "--silent"]
    # The library speaks a newer version of the protocol than it; it counts nobody's calls.
    command += ["--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence"]

    def connection(key: str) -> str:
        address = f"BlobEndpoint=http://127.0.0.1:{port}/{_ACCOUNT}"
        return f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={key};{address};"

    with _running(command, f"http://127.0.0.1:{port}/", folder), BlobServiceClient.from_connection_string(connection(_KEY)) as client:

        def listed(name: str) -> list[str]:
            try:
                return [str(one) for one in client.get_container_client(name).list_blob_names()]
            except ResourceNotFoundError:
                return []

        variable = "AZURE_STORAGE_CONNECTION_STRING"
        yield Emulator("abfs", {variable: connection(_KEY)}, {variable: connection(_OTHER_KEY)}, client.create_container, listed)


@contextmanager
def google(folder: Path) -> Iterator[Emulator]:
    """Google's, until the block ends."""
    address = f"http://127.0.0.1:{(port := ports.free())}"
    command = [_program("gcp-storage-emulator"), "start", "--host=127.0.0.1", f"--port={port}", "--in-memory"]
    with _running(command, f"{address}/storage/v1/b?project=rollcall", folder), httpx.Client(base_url=f"{address}/storage/v1") as client:

        def listed(name: str) -> list[str]:
            return [str(one["name"]) for one in client.get(f"/b/{name}/o").json().get("items", [])]

        # Its class first looks, with an account's rights, which kind of bucket it is: an emulator has no accounts.
        environment = {"STORAGE_EMULATOR_HOST": address, "GOOGLE_CLOUD_PROJECT": "rollcall", "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false"}
        yield Emulator("gs", environment, {}, lambda name: client.post("/b", json={"name": name}).raise_for_status(), listed)


EMULATORS: Final = {"azure": azure, "google": google}


_INSTALLED: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rollcall-emulators" / "bin"
"""Where they are, as the user has it: a test may give itself another home."""


def _program(name: str) -> str:
    return program(name, ".ci/emulators", f"{_INSTALLED}:{os.environ.get('PATH', '')}")


@contextmanager
def _running(command: Sequence[str], url: str, folder: Path) -> Iterator[None]:
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(with_us(command), cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not _answers(url):
            assert process.poll() is None, (folder / "emulator.log").read_text()
            assert time.monotonic() < deadline, "the emulator does not answer"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:  # Google's sometimes waits for ever for a connection that is kept open; nothing of it is kept
            process.kill()
            process.wait(30)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
