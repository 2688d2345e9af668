"""Findity's part of the `defs.yaml` that `rollcall map` writes."""

from collections.abc import Callable
from typing import Final

HEAD: Final = """
  findity:
    connection:
      organization: FILL-IN  # its external id, or {env: NAME}
      client_id: {env: FINDITY_CLIENT}
      client_secret: {env: FINDITY_SECRET}
    users:
"""
_FIELDS: Final = (("organizationalUnitId", "department"), ("phone", "phone"))


def draft(is_mapped: Callable[[str], bool]) -> str:
    """The text.

    Args:
        is_mapped: whether a canonical column is mapped for sure.
    """
    wanted = [(field, column) for field, column in _FIELDS if is_mapped(column)]
    return HEAD + ("".join(f"      {field}: {column}\n" for field, column in wanted) or "      personnelNumber: employee_id\n")
