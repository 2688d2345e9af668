"""A drill: switches and faults from one YAML file, so that a bad night can be played again.

Belongs here: reading such a file strictly. Does not belong here: what the switches (`sandbox.switches`) and faults (`sandbox.faults`) mean.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sandbox.faults import Fault, fault_from
from sandbox.switches import Switches


@dataclass
class Drill:
    """What a file asks for."""

    switches: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read(file: Path) -> Drill:
    """Read a drill.

    Raises:
        ValueError: for anything in it that does not mean something, with the file and the place in one line.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"{file.name}: no YAML{f' from line {mark.line + 1} on' if mark else ''}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file.name}: no UTF-8 text") from None
    if not isinstance(content, dict) or not content or set(content) - {"switches", "faults"}:
        raise ValueError(f"{file.name}: `switches` (name: value) and `faults` (a list) are what a drill has")
    switches, faults = content.get("switches") or {}, content.get("faults") or []
    if not isinstance(switches, dict) or not all(isinstance(name, str) for name in switches):
        raise ValueError(f"{file.name}: `switches` is name: value, one a line")
    if not isinstance(faults, list):
        raise ValueError(f"{file.name}: `faults` is a list, each with a dash")
    try:
        Switches().changed(**switches)
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from None
    return Drill(switches, [_fault(file, number, values) for number, values in enumerate(faults, 1)])


def _fault(file: Path, number: int, values: Any) -> Fault:
    try:
        return fault_from(values)
    except ValueError as error:
        raise ValueError(f"{file.name}: fault {number}: {error}") from None
