"""The ledger book's part of the `defs.yaml` that `rollcall map` writes."""

from collections.abc import Callable
from typing import Final

HEAD: Final = """
  ledgerbook:
    connection:
      file: {env: LEDGERBOOK_FILE}
    lines:
"""


def draft(is_mapped: Callable[[str], bool]) -> str:
    """The text.

    Args:
        is_mapped: whether a canonical column is mapped for sure.
    """
    desk = "department" if is_mapped("department") else "{constant: FILL-IN}"
    return f"{HEAD}      desk: {desk}\n" + ("      bank: bank_account\n" if is_mapped("bank_account") else "")
