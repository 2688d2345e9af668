"""What the columns of an unknown HR file seem to be by how their values relate: who a row is about, who manages whom, what is history, what
is one of several jobs.

Belongs here: guesses for which two columns or two rows are needed. Does not belong here: what one column shows by itself
(``roster.proposal.recognising``).
"""

from collections.abc import Collection

import pandas as pd
from anyascii import anyascii

from roster.intake import whole_names
from roster.intake.validation import is_email, is_employee_id
from roster.proposal.headings import is_first_job
from roster.proposal.recognising import Guess, dates, is_iban_like, is_name, is_shortened, share
from roster.yes_or_no import says

KEY = 0.9
"""The share of distinct values from which a column can be a key: a person may have several rows, and numbers may be mistyped."""
SHORT = 9
"""Longer numbers under a heading that says nothing are rather accounts, cards or identity numbers."""
LEVELS = 40
"""No chain of managers is longer."""
ENOUGH_LINKS = 0.8
"""The share of managers who must be in the file: some are elsewhere in the group, or have left."""


def employee_id(frame: pd.DataFrame, email: str | None, others: Collection[str] = ()) -> Guess | None:
    """The column that stays with a person: a key, and one value for each address where people have several rows.

    Args:
        frame: The rows.
        email: The column of addresses.
        others: Columns that are something else by their heading or their cells, such as accounts.
    """
    best: tuple[float, str] | None = None
    for name in keys(frame):
        values = frame[name]
        if share(is_employee_id, values) < 0.95 or share(is_email, values) > 0.1 or dates(values) or name == email:
            continue
        if name in others or share(is_iban_like, values) > 0.1:
            continue
        score = 0.2 * values.str.fullmatch(r"[A-Za-z]{0,3}\d+").mean() + 0.1 * (values.str.len().max() <= SHORT)
        score += 0.15 * one_to_one(values, frame[email]) if email else 0.0
        if best is None or score > best[0] + 1e-9:
            best = (float(score), name)
    if best is None:
        return None
    found = Guess(best[1], round(0.15 + best[0], 2), "a value of its own for each person; make sure that it is no identity number")
    lost = [name for name in map(str, frame) if name not in (best[1], *others) and share(is_shortened, frame[name]) > 0.1]
    if lost:
        reason = f"{found.reason}; the employees' may be in another column, where a spreadsheet has shortened them (such as 1.23E+11)"
        return Guess(found.value, min(found.confidence, 0.4), reason)
    return found


def numbers(key: pd.Series, email: pd.Series | None) -> bool:
    """Whether a key has the numbers of people, and no names, logins or numbers of rows."""
    numbered = share(lambda texts: texts.str.fullmatch(r"[A-Za-z]{0,3}-?\d+") & is_employee_id(texts), key) >= KEY
    return numbered and email is not None and one_to_one(key, email)


def shortened(guess: Guess, values: pd.Series) -> Guess:
    """What is to be said of a column of numbers of which a spreadsheet has kept the first digits only."""
    if share(is_shortened, values) < 0.1:
        return guess
    reason = f"{guess.reason}; its numbers are shortened (such as 1.23E+11) and tell nobody: have HR export them as text"
    return Guess(guess.value, min(guess.confidence, 0.1), reason)


def keys(frame: pd.DataFrame) -> list[str]:
    """The columns that tell nearly every row from every other."""
    return [str(name) for name in frame if frame[name].notna().mean() >= KEY and frame[name].nunique() >= KEY * len(frame)]


def one_to_one(left: pd.Series, right: pd.Series) -> bool:
    """Whether two columns name the same people: no value of one with two of the other."""
    pairs = pd.DataFrame({"left": left, "right": right.str.lower()}).dropna().drop_duplicates()
    return bool(len(pairs) and pairs["left"].is_unique and pairs["right"].is_unique)


def manager(
    frame: pd.DataFrame, named: str | None, number: str | None, email: str | None, others: Collection[str] = ()
) -> tuple[str, dict[str, str], Guess] | None:
    """How a row names its manager: canonical column, the rule for it, and how sure that is.

    Args:
        frame: The rows.
        named: The column whose heading says manager, if there is one.
        number: The column of employee numbers.
        email: The column of addresses.
        others: Columns that are something else by their heading or their cells.
    """
    ordered = [name for name in (number, email, *keys(frame)) if name]
    candidates = [named] if named else [str(name) for name in frame if name not in others and _may_link(frame[name])]
    for source in candidates:
        within = {key: _contained(frame[source], frame[key]) for key in ordered if key != source}
        key = max(within, key=lambda each: within[each], default=None)
        if key is None or within[key] < ENOUGH_LINKS or (not named and not _is_forest(frame[source], frame[key])):
            continue
        confidence = (0.9 if named else 0.6) * within[key]
        reason = f"{within[key]:.0%} of its values are those of '{key}'" + ("" if named else ", and the chain never runs in a circle")
        if key == email:
            return "manager_email", {"column": source}, Guess(source, round(confidence, 2), reason)
        rule = {"column": source} if key == number else {"column": source, "refers_to": key}
        return "manager_id", rule, Guess(source, round(confidence, 2), reason)
    if named and share(is_email, frame[named]) > 0.9:
        return "manager_email", {"column": named}, Guess(named, 0.6, "addresses, though of nobody in the file")
    if named and frame[named].isna().all():
        return "manager_id", {"column": named}, Guess(named, 0.2, "the heading names it, and it is empty")
    return ("manager_id", {"column": named}, Guess(named, 0.3, "the heading names it, but no column has its values")) if named else None


def manager_by_name(frame: pd.DataFrame, named: str, first: pd.Series, last: pd.Series) -> tuple[str, dict[str, str], Guess] | None:
    """As `manager`, where the column whose heading says manager has people's names; None if it has not.

    Args:
        frame: The rows.
        named: That column.
        first: Everyone's first name.
        last: Everyone's last name.
    """
    known = whole_names.without_standing(pd.concat(whole_names.ways(first, last)).dropna())
    distinct = whole_names.without_standing(whole_names.referred(frame[named].dropna().drop_duplicates()))
    hits = float(distinct.isin(known).mean()) if len(distinct) else 0.0
    if hits < ENOUGH_LINKS:
        return None
    return (
        "manager_name",
        {"column": named},
        Guess(named, round(0.9 * hits, 2), f"{hits:.0%} of its values are people's names"),
    )


def _may_link(values: pd.Series) -> bool:
    return values.notna().mean() > 0.5 and 2 <= values.nunique() <= 0.6 * len(values) and share(is_employee_id, values) > 0.95


def _contained(values: pd.Series, key: pd.Series) -> float:
    distinct = values.dropna().str.lower().drop_duplicates()
    return float(distinct.isin(key.dropna().str.lower()).mean()) if len(distinct) else 0.0


def _is_forest(source: pd.Series, key: pd.Series) -> bool:
    """Whether following the links always ends, at few people and not at once: ages and codes are numbers of rows, too."""
    links = (
        pd.DataFrame({"key": key, "above": source.mask(source == key)})
        .dropna(subset="key")
        .drop_duplicates("key")
        .set_index("key")["above"]
    )
    if links.isna().mean() > 0.1:
        return False
    reached = links
    for _ in range(LEVELS):
        reached = reached.dropna().map(links)
        if reached.empty:
            return True
    return False


def names(frame: pd.DataFrame, email: str | None) -> dict[str, Guess]:
    """First and last names, by what stands in the addresses and by a column that has both."""
    found: dict[str, Guess] = {}
    columns = [
        str(name) for name in frame if frame[name].notna().mean() > 0.9 and frame[name].nunique() > 1 and share(is_name, frame[name]) > 0.95
    ]
    if email is None or not columns:
        return found
    local = frame[email].str.partition("@")[0].map(_folded, na_action="ignore")
    folded = {name: frame[name].map(_folded, na_action="ignore") for name in columns}
    begins = {name: _pairwise(local, folded[name], str.startswith) for name in columns}
    first = max(begins, key=lambda name: begins[name])
    if begins[first] < 0.5:
        return found
    found["first_name"] = Guess(first, round(0.8 * begins[first], 2), f"{begins[first]:.0%} of the addresses begin with it")
    ends = {name: _pairwise(local, folded[name], str.__contains__) for name in columns if name != first}
    both = {name: max(_same(frame[first] + " " + frame[name], frame[other]) for other in frame) for name in ends}
    last = max(ends, key=lambda name: max(ends[name], both[name]), default=None)
    if last is not None and both[last] > 0.5:
        found["last_name"] = Guess(last, round(0.7 * both[last], 2), "another column has it after the first name")
    elif last is not None and ends[last] > 0.5:
        found["last_name"] = Guess(last, round(0.8 * ends[last], 2), f"{ends[last]:.0%} of the addresses hold it")
    return found


def _folded(text: str) -> str:
    return "".join(character for character in anyascii(text).lower() if character.isalpha())


def _pairwise(texts: pd.Series, parts: pd.Series, test: object) -> float:
    pairs = [
        (text, part)
        for text, part in zip(texts.head(2000), parts.head(2000), strict=True)
        if isinstance(part, str) and part and isinstance(text, str)
    ]
    return sum(bool(test(text, part)) for text, part in pairs) / len(pairs) if pairs else 0.0  # type: ignore[operator]


def _same(left: pd.Series, right: pd.Series) -> float:
    return float((left == right).mean())


def jobs(frame: pd.DataFrame, number: str | None) -> tuple[dict[str, list[str]], Guess] | None:
    """The column that tells which of a person's several rows is their first job, and what it says there: by heading and by yes and no."""
    if number is None:
        return None
    several = frame[frame[number].notna() & frame[number].duplicated(keep=False)]
    for name in map(str, frame):
        words = [str(word) for word in frame[name].dropna().unique()[:5]]
        meaning = {word: says(word) for word in words}
        first = [word for word, yes in meaning.items() if yes]
        if several.empty or not is_first_job(name) or not first or len(words) > 4 or None in meaning.values():
            continue
        one = several[name].isin(first).groupby(several[number]).sum().eq(1).mean()
        reason = f"the heading names it, and of people with several rows {one:.0%} have one where it says yes"
        return {name: first}, Guess(name, round(0.4 + 0.4 * float(one), 2), reason)
    return None


def history(frame: pd.DataFrame, number: str | None) -> tuple[dict[str, list[str]], Guess] | None:
    """The column that tells a person's older rows from the one that counts, and what it says on the older ones."""
    if number is None:
        return None
    several = frame[frame[number].notna() & frame[number].duplicated(keep=False)]
    if several.empty:
        return None
    once = frame[~frame[number].duplicated(keep=False)]
    for name in frame:
        values = several[name].fillna("")
        usual = once[name].fillna("").mode()
        if usual.empty or not usual[0] or (once[name] == usual[0]).mean() < 0.9 or not 2 <= values.nunique() <= 4:
            continue
        current = (values == usual[0]).groupby(several[number]).sum()
        older = sorted(set(values) - {usual[0]})
        if (current == 1).mean() >= 0.7 and once[name].fillna("").isin(older).mean() < 0.05:
            reason = f"of people with several rows, {(current == 1).mean():.0%} have one with its usual value"
            return {str(name): older}, Guess(str(name), 0.7, reason)
    return None
