import pytest

from roster.proposal.headings import canonical_column, is_private
from roster.statuses import canonical_status, says_deleted


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Employee No.", "employee_id"),
        ("ANSTÄLLNINGSNUMMER", "employee_id"),
        ("Ansattnr", "employee_id"),
        ("Medarbejdernummer", "employee_id"),
        ("Henkilönumero", "employee_id"),
        ("Personal-Nr.", "employee_id"),
        ("E-postadress", "email"),
        ("Sähköposti", "email"),
        ("Förnamn", "first_name"),
        ("Etternavn", "last_name"),
        ("Nachname", "last_name"),
        ("Närmaste chef", "manager_id"),
        ("Esihenkilö", "manager_id"),
        ("Manager's e-mail", "manager_email"),
        ("Lederens e-post", "manager_email"),
        ("Kostnadsställe", "cost_center"),
        ("Kostenstelle", "cost_center"),
        ("Eintrittsdatum", "start_date"),
        ("Fratrædelsesdato", "end_date"),
        ("Legal Entity", "company_code"),
        ("Tehtävänimike", "job_title"),
        ("Land", "country"),
        ("N° matricule", "employee_id"),
        ("Nº empleado", "employee_id"),
        ("Personeelsnummer", "employee_id"),
        ("Numer pracownika", "employee_id"),
        ("Matrícula", "employee_id"),
        ("Courriel", "email"),
        ("Correo electrónico", "email"),
        ("Prénom", "first_name"),
        ("Cognome", "last_name"),
        ("Nazwisko", "last_name"),
        ("N+1", "manager_id"),
        ("Matricola responsabile", "manager_id"),
        ("Personeelsnummer leidinggevende", "manager_id"),
        ("Correo electrónico del jefe", "manager_email"),
        ("Date d'entrée", "start_date"),
        ("Fecha de alta", "start_date"),
        ("Datum uit dienst", "end_date"),
        ("Data cessazione", "end_date"),
        ("Data de desligamento", "end_date"),
        ("Kostenplaats", "cost_center"),
        ("MPK", "cost_center"),
        ("Estado", "worker_status"),
        ("Service", "department"),
        ("Pays", "country"),
    ],
)
def test_headings_are_known_in_twelve_languages_whatever_their_case_and_punctuation(heading: str, column: str) -> None:
    found = canonical_column(heading)
    assert found is not None
    assert found[0] == column
    assert found[1] >= 0.8


def test_a_known_word_in_a_longer_heading_is_believed_less() -> None:
    assert 0.5 < canonical_column("Anställningsnummer (Hogia)")[1] < 0.95
    assert canonical_column("Shoe size") is None


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "Probation end date",
            "Probezeit Enddatum",
            "Provanställning slutdatum",
            "Work permit end date",
            "Leave end date",
            "Benefit end date",
        ),
        *(
            "Effective end date",
            "Previous employee number",
            "Tidigare anställningsnummer",
            "Old employee ID",
            "Alternate e-mail",
            "Approver email",
        ),
        *("Service date", "Length of service", "Statut cadre", "Estado civil", "Date fin période d'essai", "Motif de sortie"),
        *("Pays de naissance", "Totaal", "Segundo apellido", "Fecha fin de vacaciones"),
        *("Previous company", "Country of birth", "Bank account holder", "Matrix manager", "Second level manager", "Stellvertreter E-Mail"),
        *(
            "Department manager",
            "Abteilungsleiter",
            "Cost center manager",
            "Manager first name",
            "Chef mobilnummer",
            "Emergency contact phone",
        ),
    ],
)
def test_no_surprise_a_heading_of_another_time_person_or_thing_is_not_the_word_in_it(heading: str) -> None:
    assert canonical_column(heading) is None


@pytest.mark.parametrize("heading", ["Manager employee number", "Anställningsnummer chef", "Vorgesetzter Personal-Nr.", "Anst.nr (chef)"])
def test_the_managers_number_is_not_the_persons_own(heading: str) -> None:
    assert canonical_column(heading)[0] == "manager_id"


def test_a_private_address_is_hardly_the_companys() -> None:
    assert canonical_column("Private e-mail") == ("email", 0.3)
    assert canonical_column("Nödkontakt telefon") == ("phone", 0.3)
    assert canonical_column("E-mail personnel") == canonical_column("Correo personal") == ("email", 0.3)


@pytest.mark.parametrize(
    "heading", ["Personnummer", "CPR-nr.", "Fødselsnummer", "Henkilötunnus", "Date of birth", "Lön", "SSN", "Personal ID"]
)
def test_what_is_no_expense_tools_business_is_known_as_such(heading: str) -> None:
    assert is_private(heading)
    assert canonical_column(heading) is None


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Aktiv", "Active"),
        ("LOA", "On Leave"),
        ("Tjänstledig", "On Leave"),
        ("Sluttet", "Terminated"),
        ("ausgeschieden", "Terminated"),
        ("tuleva", "Pending"),
        ("Sorti", "Terminated"),
        ("Baja", "Terminated"),
        ("Baja médica", "On Leave"),
        ("Uit dienst", "Terminated"),
        ("Zatrudniony", "Active"),
        ("In forza", "Active"),
        ("Desligado", "Terminated"),
    ],
)
def test_status_words_are_known(word: str, meant: str) -> None:
    assert canonical_status(word) == (meant, 0.95)


@pytest.mark.parametrize("word", ["Baja IT", "Baja riesgo embarazo", "Alta médica", "Niet in dienst", "Non actif", "Congé annuel soldé"])
def test_no_surprise_a_word_that_others_turn_into_something_else_is_no_known_status(word: str) -> None:
    assert canonical_status(word) is None
    assert not says_deleted(word)


def test_a_single_letter_is_believed_less_than_a_word() -> None:
    assert canonical_status("T") == ("Terminated", 0.6)
    assert canonical_status("S") is None
