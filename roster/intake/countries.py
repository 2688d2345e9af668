"""Which two letters are a country's.

Belongs here: that list. Does not belong here: what a bad country costs (``roster.intake.validation``).
"""

from typing import Final

import phonenumbers

COUNTRIES: Final = frozenset(phonenumbers.SUPPORTED_REGIONS) | {"AQ", "BV", "GS", "HM", "PN", "TF", "UM"}
"""Where nobody can be called have no telephone code, and are countries all the same: the seven that ISO 3166 has besides. Kosovo is in it,
whose code ISO 3166 leaves free and banks use."""
