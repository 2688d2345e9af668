"""The commands of `deploy/compose.yaml`, as processes of this machine: what an operator starts is what is tested.

Belongs here: from a service of that file to a command and its environment. Does not belong here: what is made of them
(``tests.deploy.engine``).
"""

import os
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from resources import places

DEPLOY = places.PROJECT / "deploy"
FILE = DEPLOY / "compose.yaml"


def services() -> dict[str, dict[str, Any]]:
    """Service → what the file says of it."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))["services"]
    return found


class Here:
    """The file's services on this machine.

    Args:
        folder: What is the volume there.
        ports: Port there → port here; every service is on loopback.
        pipelines: The companies' folder.
    """

    def __init__(self, folder: Path, ports: dict[str, int], pipelines: Path) -> None:
        self.folder, self._ports, self._pipelines = folder, ports, pipelines
        self._hosts = list(services())

    def command(self, service: str) -> list[str]:
        """What starts it."""
        words = [self._here(word) for word in services()[service]["command"]]
        program = Path(sys.executable).with_name(words[0])  # of the image: the programs of this environment
        return [str(program) if program.exists() else words[0], *words[1:]]

    def environment(self, service: str) -> dict[str, str]:
        """What it finds: the file's environment, and nothing of this process's but the way to programs."""
        found = services()[service].get("environment", {})
        given = {name: "127.0.0.1" if value in self._hosts else self._here(value) for name, value in found.items()}
        ours = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(self.folder), "DAGSTER_DISABLE_TELEMETRY": "1"}
        ours |= {"PYTHONPATH": str(places.PROJECT), "ROLLCALL_PIPELINES": str(self._pipelines)}
        return {**ours, **given}

    def _here(self, text: str) -> str:
        text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)  # nobody has a word for it
        for there, port in self._ports.items():
            for host in self._hosts:
                text = text.replace(f"{host}:{there}", f"127.0.0.1:{port}").replace(f"@{host}/", f"@127.0.0.1:{port}/")
            text = text.replace(f"--port={there}", f"--port={port}")
            text = str(port) if text == there else text
        text = text.replace("--host=0.0.0.0", "--host=127.0.0.1").replace("/var/lib/rollcall", str(self.folder))
        return text.replace("/srv/rollcall/deploy", str(DEPLOY))
