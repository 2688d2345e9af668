"""A fictional HR export of any size: the demo's 250 people, and the ten thousand to a million that the benchmarks read.

Belongs here: making the file, the same one for the same numbers. Does not belong here: reading it, or measuring anything.

    python -m benchmarks.roster --people 250 --out pipelines/demo/data/acme_people_2026-11-20.csv

Everyone in it is invented. Names are drawn from common ones, the domain is a reserved one, identity numbers and accounts are running
numbers behind zeros. Mobile numbers are those that Sweden and Germany keep free for fiction; people elsewhere have none. In larger files
than the demo's, which are never kept, the numbers run on.
"""

import argparse
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

COUNTRIES = pd.DataFrame(
    {
        "code": ["SE", "NO", "DK", "FI", "DE"],
        "company": ["Acme Nordic AB", "Acme Norge AS", "Acme Danmark A/S", "Acme Suomi Oy", "Acme Deutschland GmbH"],
        "city": ["Göteborg", "Tromsø", "Århus", "Jyväskylä", "Lübeck"],
        "share": [0.36, 0.20, 0.16, 0.14, 0.14],
        "limit": [25_000, 25_000, 20_000, 2_500, 2_500],
        "account_digits": [20, 11, 14, 14, 18],
        "iban_code": [2814, 2324, 1320, 1518, 1314],
        "first": [
            "Åsa Björn Göran Märta Anna-Lena Lars-Åke Örjan Elsa Håkan Karin Sören Ebba Nils Ylva Per-Erik Linnéa",
            "Øyvind Åse Bjørn Solveig Håvard Ragnhild Kåre Ingeborg Anne-Grete Jørgen Sæbjørg Odd Tuva Pål Eirik Marit",
            "Søren Kjeld Jørgen Bodil Åge Karen-Margrethe Mads Dorthe Bjarke Kirsten Rasmus Ægidia Signe Troels Inge Lærke",
            "Väinö Päivi Jyrki Sini Jyri Tuomas Anna-Maija Jari Äijö Kaisa Seppo Aino Juha-Pekka Riikka Eero Outi",
            "Jürgen Käthe Günther Anke Björn Uwe Heike Rüdiger Karl-Heinz Sören Grit Jörg Ute Dörte Lutz Annegret",
        ],
        "last": [
            "Åkesson Öberg Lindström Sjöqvist Hägg Norrby|af Ekenstam|Grönvall-Ek Nyström Björk Ståhl D'Angelo Ljung Älvsjö Rönn Boström",
            "Ødegård Hæstad Bråthen Sørli Næss Fjærli|van der Hagen|Dahl-Østby Lødingen Åsnes Strømme O'Hara Myhre Kvåle Grøtte Bø",
            "Sørensen Kjær Nørregård Østergaard Bæk Ågård|von Brøndlund|Holm-Jæger Thyssen Mølgård Kærsgaard D'Souza Lund Brøns Krogh Ravn",
            "Mäkelä Hämäläinen Väisälä Ylönen Käki Nyholm|af Sällvik|Lehto-Ström Jääskinen Äijälä Koskela O'Leary Pöyry Salo Räty Hietanen",
            "Müller Groß Weißhaupt Köhler Schäfer Größler|von der Heide|Krüger-Lang Jäger Böhm Strauß D'Alessio Vogt Thümmler Kranz Süß",
        ],
    }
)
DEPARTMENTS = pd.DataFrame(
    {
        "name": ["Sales", "Marketing", "Engineering", "Finance", "HR", "Operations", "Customer Success", "Legal"],
        "share": [0.20, 0.08, 0.30, 0.08, 0.05, 0.15, 0.11, 0.03],
        "centre": [4100, 4200, 5100, 6100, 6200, 7100, 4300, 6300],
        "title": [
            *("Account Executive", "Marketing Specialist", "Software Engineer", "Accountant"),
            *("HR Partner", "Operations Coordinator", "Customer Success Specialist", "Legal Counsel"),
        ],
    }
)
REPORTS = 8
"""How many people report to one manager, where there are enough."""
NORDIC, GERMAN = str.maketrans("åäöøé", "aaooe", "'"), str.maketrans("é", "e", "'")


def export(people: int, date: dt.date, seed: int = 20261120) -> pd.DataFrame:
    """The rows of an export as HR writes it, all of them text, sorted by employee number as the payroll system sorts them.

    Args:
        people: How many people there are; history rows come on top. At least 200.
        date: The day of the export.
        seed: Another seed, another company.
    """
    if people < 200:
        raise ValueError("fewer than 200 people cannot hold every case that the file is there to show")
    chance = np.random.RandomState(seed)  # its stream is frozen across numpy's releases, a Generator's is not
    staff = _organisation(people, chance)
    _life(staff, date, chance)
    _particulars(staff, chance)
    leaves = staff.index[(staff["grade"] == "IC") & (staff["status"] == "A") & (staff["type"] == "Employee")]
    slips = leaves[:: len(leaves) // 16]
    _slips(staff, slips)
    moved = staff.drop(index=slips).query("status == 'A'")[11::37]
    rows = pd.concat([_older(moved), staff]).sort_values(["serial", "state"], ascending=[True, False], kind="stable")
    return rows[list(HEADINGS)].rename(columns=HEADINGS).reset_index(drop=True)


HEADINGS = {
    "number": "Employee No",
    "first": "First name",
    "last": "Last name",
    "email": "Work e-mail",
    "manager": "Manager No",
    "type": "Worker type",
    "status": "Status",
    "company": "Company",
    "department": "Department",
    "centre": "Cost centre",
    "country": "Country",
    "city": "City",
    "title": "Job title",
    "grade": "Grade",
    "hired": "Hire date",
    "last_day": "Last day",
    "mobile": "Mobile",
    "limit": "Approval limit",
    "over_limit": "Over-limit approver",
    "personal": "Personal ID",
    "iban": "IBAN",
    "state": "Row state",
}


def write(rows: pd.DataFrame, out: Path, date: dt.date) -> None:
    """Write the rows as HR's system does: semicolons, UTF-8, a header, and a last line that counts the rows."""
    with out.open("w", encoding="utf-8", newline="") as file:
        rows.to_csv(file, sep=";", index=False, lineterminator="\n")
        file.write(f"#TRAILER;rows={len(rows)};date={date}\n")


def _organisation(people: int, chance: np.random.RandomState) -> pd.DataFrame:
    """Who reports to whom: one at the top, a head for each department, and below each a tree of `REPORTS` branches."""
    here = np.arange(people)
    drawn = chance.choice(len(DEPARTMENTS), people, p=DEPARTMENTS["share"])
    department = np.where((here > 0) & (here <= len(DEPARTMENTS)), here - 1, drawn)
    department[0] = DEPARTMENTS.index[DEPARTMENTS["name"] == "Operations"][0]
    order = 1 + np.argsort(department[1:], kind="stable")  # the departments' people one after the other, heads first
    start = np.searchsorted(department[order], np.arange(len(DEPARTMENTS)))
    rank = np.zeros(people, dtype=int)
    rank[order] = np.arange(people - 1) - start[department[order]]
    boss = order[start[department] + (rank - 1) // REPORTS]
    boss[rank == 0] = 0
    serial = 1000 + 3 * chance.permutation(people)
    staff = pd.DataFrame({"serial": serial, "boss": boss, "head": order[start[department]], "division": department})
    staff.loc[0, "boss"] = -1
    has_reports = np.isin(here, boss[1:])
    staff["grade"] = np.select([here == 0, here <= len(DEPARTMENTS), has_reports], ["M3", "M2", "M1"], "IC")
    staff["land"] = chance.choice(len(COUNTRIES), people, p=COUNTRIES["share"])
    return staff


def _life(staff: pd.DataFrame, date: dt.date, chance: np.random.RandomState) -> None:
    """Status, dates and sort of employment; of the team leads one is on leave, one has left and one is a contractor."""
    people, lead = len(staff), staff.index[staff["grade"] == "M1"]
    draw, spare = chance.random_sample(people), staff["grade"] == "IC"
    staff["status"] = np.select([spare & (draw < 0.05), spare & (draw < 0.08), spare & (draw < 0.10)], ["T", "LOA", "P"], "A")
    staff["type"] = np.where(spare & (draw > 0.95), "Contractor", "Employee")
    staff.loc[lead[1], "status"] = "LOA"
    staff.loc[lead[3], "status"] = "T"
    staff.loc[lead[5], "type"] = "Contractor"
    day = pd.Timestamp(date)
    hired = day - pd.to_timedelta(chance.randint(500, 7000, people), unit="D")
    coming = pd.Timestamp(date.year + 1, 1, 4) + pd.to_timedelta(28 * chance.randint(0, 4, people), unit="D")
    staff["hired"] = np.where(staff["status"] == "P", coming, hired).astype("datetime64[s]")
    left = pd.Series(day - pd.to_timedelta(chance.randint(5, 300, people), unit="D")).where(staff["status"] == "T")
    notice = (staff["status"] == "A") & spare & (draw > 0.93) & (draw < 0.95)
    staff["last_day"] = left.mask(notice, pd.Timestamp(date.year, 12, 31))
    for column in ("hired", "last_day"):
        staff[column] = staff[column].dt.strftime("%d.%m.%Y")


def _particulars(staff: pd.DataFrame, chance: np.random.RandomState) -> None:
    """Everything that follows from the place in the company and the country, and the names."""
    people, land, division = len(staff), staff["land"].to_numpy(), staff["division"].to_numpy()
    country, department = COUNTRIES.iloc[land].reset_index(drop=True), DEPARTMENTS.iloc[division].reset_index(drop=True)
    # Two payroll systems: the older one pads its numbers with zeros.
    padded = staff["serial"].astype(str).str.zfill(6).where(country["code"].isin(["SE", "NO", "FI"]), staff["serial"].astype(str))
    staff["number"] = padded
    staff["manager"] = padded.reindex(staff["boss"]).to_numpy()
    staff["company"], staff["country"], staff["city"] = country["company"], country["code"], country["city"]
    staff["department"] = department["name"]
    staff["centre"] = department["centre"].astype(str) + "-" + country["code"]
    staff["title"] = np.select(
        [staff["grade"] == "M3", staff["grade"] == "M2", staff["grade"] == "M1"],
        ["Chief Executive Officer", "Head of " + department["name"], "Team Lead " + department["name"]],
        department["title"],
    )
    limits = country["limit"].where(staff["grade"] == "M1", 4 * country["limit"]).astype(str)
    limited = staff["grade"].isin(["M1", "M2"])
    staff["limit"] = limits.where(limited)
    staff["over_limit"] = padded.reindex(staff["head"].where(staff["grade"] == "M1", 0)).set_axis(staff.index).where(limited)
    staff["personal"] = "000000-" + pd.Series(np.arange(people)).astype(str).str.zfill(4)
    staff["iban"] = _iban(country, staff["serial"])
    staff["mobile"] = _mobile(country["code"], chance)
    staff["state"] = "Current"
    _names(staff, land, chance)


def _iban(country: pd.DataFrame, serial: pd.Series) -> pd.Series:
    """A number whose check digits hold, of a bank that is all zeros."""
    check = 98 - (serial * 1_000_000 + country["iban_code"] * 100) % 97
    account = pd.Series([f"{number:0{digits}d}" for number, digits in zip(serial, country["account_digits"], strict=True)])
    return country["code"] + check.astype(str).str.zfill(2) + account


def _mobile(code: pd.Series, chance: np.random.RandomState) -> pd.Series:
    """Most people of Sweden and Germany have one, written in the three ways that people write them."""
    has_one = code.isin(["SE", "DE"]) & (chance.random_sample(len(code)) < 0.85)
    turn = code[has_one].groupby(code[has_one]).cumcount().reindex(code.index, fill_value=0)
    swedish = np.where(turn < 95, 701_740_605 + turn, 760_000_000 + turn)
    german = np.where(turn < 100, 1_713_920_000 + turn, 15_110_000_000 + turn)
    digits = pd.Series(np.where(code == "SE", swedish, german)).astype(str)
    prefix = code.map({"SE": "46", "DE": "49"})
    style = chance.randint(0, 3, len(code))
    written = np.select(
        [style == 0, style == 1],
        ["+" + prefix + " " + digits.str[:2] + " " + digits.str[2:5] + " " + digits.str[5:], "0" + digits.str[:2] + "-" + digits.str[2:]],
        "00" + prefix + digits,
    )
    return pd.Series(written).where(has_one)


def _names(staff: pd.DataFrame, land: np.ndarray, chance: np.random.RandomState) -> None:
    """Names of the country, and the address that its office makes of them."""
    first = [name for names in COUNTRIES["first"] for name in names.split()]
    last = [name for names in COUNTRIES["last"] for name in _surnames(names)]
    picks = [land * 16 + chance.randint(0, 16, len(staff)) for _ in range(2)]
    german = land == 4
    local = []
    for column, names, pick in (("first", first, picks[0]), ("last", last, picks[1])):
        staff[column] = pd.Series(names).take(pick).to_numpy()
        spelled = [_spelled(name, number >= 4 * 16) for number, name in enumerate(names)]
        local.append(pd.Series(spelled).take(pick).reset_index(drop=True))
    address = local[0] + "." + local[1]
    again = address.groupby(address).cumcount()
    address = address + (again + 1).astype(str).where(again > 0, "")
    staff["email"] = address.where(german, address.str.lower()) + "@acme.example"


def _surnames(names: str) -> list[str]:
    """Words are surnames; what stands between bars is one with spaces."""
    start, spaced, rest = names.split("|")
    return [*start.split(), spaced, *rest.split()]


def _spelled(name: str, german: bool) -> str:
    """A name in the letters of an address: an ö becomes o in the north and oe in Germany, where capitals stay."""
    pairs = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")) if german else (("æ", "ae"), ("ü", "u"))
    lowered = name.lower()
    for letter, letters in pairs:
        lowered = lowered.replace(letter, letters)
    lowered = lowered.translate(GERMAN if german else NORDIC).replace(" ", "-")
    return lowered.title() if german else lowered


def _slips(staff: pd.DataFrame, at: pd.Index) -> None:
    """What goes wrong in HR's files, once each, among people who manage nobody."""
    number = staff["number"].copy()
    staff.loc[at[0], "email"] = staff.loc[at[0], "email"].replace("@", "(at)")  # rejected: no address
    staff.loc[at[1], "number"] = np.nan  # rejected: who is it?
    staff.loc[at[2], "number"] = number[at[3]]  # both rejected: two people, one number
    staff.loc[at[4], "status"] = "S"  # rejected: no such status
    staff.loc[staff.index[staff["mobile"].notna()].difference(at)[-1], "mobile"] = "via växeln"  # noted, the person is used
    staff.loc[at[5], "manager"], staff.loc[at[6], "manager"] = number[at[6]], number[at[5]]  # each other's manager
    staff.loc[at[7], "manager"] = "999999"  # a manager whom nobody has ever heard of
    staff.loc[at[8], "manager"] = number[at[8]]  # their own manager
    staff.loc[at[9], "title"] = "Coordinator; night shift"  # the delimiter inside a field
    staff.loc[at[10], ["hired", "last_day"]] = ["01.09.2026", "30.06.2024"]  # came back: the last day is of the first time
    staff.loc[at[11], ["status", "last_day"]] = ["T", "26.02.2027"]  # leaves, but not yet
    staff.loc[at[12], "hired"] = "01.03.2027"  # starts later, whatever the status says


def _older(staff: pd.DataFrame) -> pd.DataFrame:
    """Earlier states of these people, from before they changed department."""
    before = DEPARTMENTS.iloc[(staff["division"].to_numpy() + 1) % len(DEPARTMENTS)].set_axis(staff.index)
    centre = before["centre"].astype(str) + "-" + staff["country"]
    return staff.assign(state="Old", status="A", last_day=np.nan, department=before["name"], centre=centre, title=before["title"])


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a fictional HR export.")
    parser.add_argument("--people", type=int, default=250)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--date", type=dt.date.fromisoformat, default=dt.date(2026, 11, 20))
    parser.add_argument("--seed", type=int, default=20261120)
    given = parser.parse_args()
    write(export(given.people, given.date, given.seed), given.out, given.date)


if __name__ == "__main__":
    main()
