"""What a file is called where others read it: as far as the settings say it, and when it is of."""

import pytest

from roster.reading.called import called

SAID = [
    *(
        ("acme_people_2026-11-20.csv", "inbox/acme_people_*.csv"),
        ("people_20261120T053000Z.csv", "people_*.csv"),
        ("people_001.csv", "people_*"),
        ("people_2026-12-01 (1).csv", "people_*"),
    ),
    *(
        ("people_01.12.2026 (1).csv", "people_*.csv"),
        ("people_20-Nov-2026.csv", "people_*.csv"),
        ("people_20-okt-2026.csv", "people_*.csv"),
        ("roster.csv", "roster.csv"),
    ),
    *(("people_20261120053000.csv.gz", "people_*"), ("people_2026-W48.csv", "people_*.csv"), ("people_2.csv", "people_?.csv")),
    ("Åre_2026-11-20.csv", "A\u030are_*.csv"),
    *(
        ("people_20-décembre-2026.csv", "people_*.csv"),
        ("people_2026-AOÛT-20.csv", "people_*.csv"),
        ("people_1 November 2026.csv", "people_*"),
    ),
]
HIDDEN = [
    ("people_Anna Meyer.csv", "people_*.csv", "people_….csv"),
    ("Anna Meyer Kündigung.xlsx", "*.xlsx", "….xlsx"),
    ("people_2026-11-20_Meyer.csv", "people_*", "people_2026-11-20_….csv"),
    ("people_19700101-9801.csv", "people_*.csv", "people_….csv"),
    ("people_070-174-06-01.csv", "people_*.csv", "people_….csv"),
    ("people_+46701740601.csv", "people_*.csv", "people_….csv"),
    ("people_a@acme.example.csv", "people_*.csv", "people_….csv"),
    ("people_\x1b[31m\u202e![](x)<b>`.csv", "people_*.csv", "people_….csv"),
    ("people_Meyer\n2026-11-20.csv", "people_*.csv", "people_…2026-11-20.csv"),
    ("Meyer.csv", "[A-Z]*.csv", "….csv"),
    ("people_20-de\u0301cembre-2026_Éva.csv", "people_*.csv", "people_20-décembre-2026_….csv"),
    ("people_Mai 2026.csv", "people_*.csv", "people_….csv"),
    ("Meyer.csv", "roster.csv", "….csv"),
    ("people_x.Meyer", "people_*", "people_…"),
    ("hr@acme_2026-11-20.csv", "hr@acme_*.csv", "hr…acme_2026-11-20.csv"),
    ("hr@acme.csv", "hr@acme.csv", "hr…acme.csv"),
]


@pytest.mark.parametrize(("name", "pattern"), SAID)
def test_what_the_settings_say_and_days_times_and_short_numbers_are_shown(name: str, pattern: str) -> None:
    assert called(name, pattern) == name


@pytest.mark.parametrize(("name", "pattern", "shown"), HIDDEN, ids=ascii)
def test_quiet_whatever_else_is_in_a_name_is_not_shown(name: str, pattern: str, shown: str) -> None:
    assert called(name, pattern) == shown
