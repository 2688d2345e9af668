"""Phone numbers as HR writes them, and as the whole world can call them.

Belongs here: which texts are such a number, in which country, and its one form. Does not belong here: what a bad number costs
(``roster.intake.validation``).

Whole columns are looked at; the library that takes one value at a time sees only distinct values that no column-wise pattern settles.
"""

import re

import pandas as pd
import phonenumbers
from phonenumbers import PhoneMetadata, ValidationResult

PHONE_SEPARATORS = "[ \u00a0./-]"
BLANKS = re.compile(r"\s")
NO_PHONE = (
    r"[+ ()./-]*(?:"
    + "|".join(f"{digit}[{digit} ()./-]*" for digit in range(10))
    + r")?|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?:[ T].*)?|[0-9]{1,2}[./][0-9]{1,2}[./](?:19|20)[0-9]{2}"
)
"""Nothing but noughts, or one other digit again and again: so HR writes that there is none. Nor is a day one."""
WHOLE = re.compile(
    r"[^\d+＋?*_]*[+＋(（\d][\d\s()（）［］\[\]./／‐-―−ー－~+＋-]*(?:;?(?:ext(?:ension)?[.=]?|[x#,])[\s:.]*\d{1,7}\s*)?", re.IGNORECASE
)
"""A word before it, digits, an extension. The library leaves out other signs among digits, or takes letters for digits: an O for a nought,
what masks a part, a sign in place of a lost digit."""
LONGEST = 250
"""Characters of what the library looks at."""


def e164(numbers: pd.Series, regions: pd.Series) -> pd.Series:
    """Each phone number as E.164 (+46701234567), or NaN where it is none that could be called from abroad.

    Args:
        numbers: As HR writes them.
        regions: ISO country code in which a number without a country prefix is read; NaN means that the prefix is needed.
    """
    numbers = numbers.mask(numbers.str.fullmatch(NO_PHONE, na=False))
    compact = numbers.str.replace(PHONE_SEPARATORS, "", regex=True)
    plain = [_plain_phones(compact[regions == region], region) for region in regions.dropna().unique()]
    result: pd.Series = pd.concat([compact[:0], *plain]).reindex(numbers.index)
    unsettled = pd.DataFrame({"number": numbers, "region": regions})[numbers.notna() & result.isna()]
    distinct = unsettled.drop_duplicates()
    parsed = [_parsed_phone(number, None if pd.isna(region) else region) for number, region in distinct.itertuples(index=False)]
    if any(parsed):
        found = unsettled.merge(distinct.assign(found=pd.Series(parsed, index=distinct.index, dtype="str")), how="left")["found"]
        result = result.fillna(found.set_axis(unsettled.index).reindex(result.index))
    return result


def _plain_phones(compact: pd.Series, region: str) -> pd.Series:
    """The numbers that are plainly one of this country's: with its prefix behind a plus or behind what is dialled to call abroad, with
    the leading digits for calls inside it, or without."""
    none: pd.Series = pd.Series(float("nan"), index=compact.index, dtype="str")
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.general_desc is None or metadata.country_code is None or not metadata.international_prefix:
        return none
    trunk = metadata.national_prefix or ""
    # Countries that share a prefix, and numbers with a choice of carrier, are left to the library.
    if phonenumbers.region_code_for_country_code(metadata.country_code) != region:
        return none
    if metadata.national_prefix_transform_rule or (metadata.national_prefix_for_parsing or "") != trunk:
        return none
    code, pattern = str(metadata.country_code), BLANKS.sub("", metadata.general_desc.national_number_pattern or "")
    inside = ~compact.str.match(f"(?:{metadata.international_prefix})", na=False)
    has_trunk = compact.str.startswith(trunk, na=False) if trunk else pd.Series(False, index=compact.index)
    bare = inside & ~has_trunk & compact.str.fullmatch(f"(?:{pattern})", na=False)
    with_trunk = inside & has_trunk & compact.str.fullmatch(f"{trunk}(?:{pattern})", na=False)
    with_code = compact.str.fullmatch(rf"\+{code}(?:{pattern})", na=False)
    result = none.mask(bare, f"+{code}" + compact) if bare.any() else none
    result = result.mask(with_trunk, f"+{code}" + compact.str.slice(len(trunk))) if with_trunk.any() else result
    if metadata.international_prefix.isdigit():  # else which digits are the prefix is the library's to say
        dialled = compact.str.fullmatch(f"{metadata.international_prefix}{code}(?:{pattern})", na=False)
        result = result.mask(dialled, "+" + compact.str.slice(len(metadata.international_prefix)))
    return result.mask(with_code, compact)


def _parsed_phone(number: str, region: str | None) -> str | None:
    if len(number) > LONGEST or not WHOLE.fullmatch(number):
        return None
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    # Possible, not "valid": the lists of numbers in use age faster than HR's data.
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
