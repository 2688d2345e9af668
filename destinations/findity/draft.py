"""Findity's part of the `defs.yaml` that `rollcall map` writes."""

from typing import Final

from roster.proposal.mapped import Mapped

HEAD: Final = """
  findity:
    connection:
      organization: FILL-IN  # its external id, or {env: NAME}
      client_id: {env: FINDITY_CLIENT}
      client_secret: {env: FINDITY_SECRET}
    users:
"""
UNIT_BY_NAME: Final = """\
      # The unit that has this name. By another word of Findity's: unit_by: externalSourceId
      organizationalUnitId: department
"""
UNITS: Final = """\
      # The name of the unit that people of each word belong to; whoever has another word, or none, gets no unit.
      organizationalUnitId:
"""


def draft(mapped: Mapped) -> str:
    """The text.

    Args:
        mapped: what is known of HR's columns.
    """
    phone = "      phone: phone\n" if mapped("phone") else ""
    return HEAD + ((_units(mapped) + phone) or "      personnelNumber: employee_id\n")


def _units(mapped: Mapped) -> str:
    """By the department as it stands, else by what divides the people."""
    if mapped("department"):
        return UNIT_BY_NAME
    return UNITS + mapped.division.rule(" " * 8) if mapped.division else ""
