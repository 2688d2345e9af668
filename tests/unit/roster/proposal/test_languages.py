"""What a draft has of exports in languages that few others are written in, and of headings that nothing knows."""

import pytest

from assets import draft
from tests.unit.roster.proposal.test_proposing import ASCII, FIRST, people, proposed, sources


def test_what_may_say_who_has_left_under_no_known_heading_is_left_open_and_not_out() -> None:
    days = ["2026-10-31", *[""] * 10, "2026-09-30"]
    words = ["Sorti", *["Actif"] * 11]
    by_word = proposed(people(Etat=words, Jour=days))
    assert sources(by_word)["worker_status"] == "Etat"
    assert "end_date" not in by_word.columns
    by_day = proposed(people(Jour=days))
    assert sources(by_day)["end_date"] == "Jour"
    assert "        worker_status: {column: FILL-IN Etat" in draft.written(by_word, "inbox/*.csv")
    assert "        end_date: {column: Jour, format: FILL-IN %Y-%m-%d}" in draft.written(by_day, "inbox/*.csv")
    assert {"worker_status", "end_date"}.isdisjoint(proposed(people(**{"Rehire date": days, "Jour": [*days[:1] * 11, ""]})).columns)


FRENCH = "Matricule;Prénom;Nom;Adresse e-mail;Matricule responsable;Statut;Date d'entrée;Date de sortie;Service;Pays;IBAN;E-mail personnel"
SPANISH = "Nº empleado;Nombre;Apellidos;Correo electrónico;Nº empleado jefe;Estado;Fecha alta;Fecha baja;Área;País;IBAN;Correo personal"


@pytest.mark.parametrize(("headings", "words"), [(FRENCH, ("Actif", "En congé", "Sorti")), (SPANISH, ("Activo", "Baja médica", "Baja"))])
def test_an_export_in_french_or_spanish_is_proposed_whole(headings: str, words: tuple[str, str, str]) -> None:
    frame = people(a=[words[0]] * 10 + [*words[1:]], b=["13/01/2020"] * 12, c=[*[""] * 11, "31/10/2026"], d=["Ventes"] * 12, e=["FR"] * 12)
    frame = frame.assign(f=["FR1420041010050500013M02606"] * 12, g=[f"{first}@gmail.example".translate(ASCII) for first in FIRST])
    names = headings.split(";")
    found = proposed(frame.set_axis(names, axis=1))
    columns = "employee_id first_name last_name email manager_id worker_status start_date end_date department country bank_account"
    assert sources(found) == dict(zip(columns.split(), names, strict=False))
    assert found.statuses is not None
    assert found.statuses.value == dict(zip(words, ("Active", "On Leave", "Terminated"), strict=True))
