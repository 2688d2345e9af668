import pytest

from roster.proposal.headings import canonical_column, is_in_thousands, is_no_number, is_private
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


@pytest.mark.parametrize("heading", ["E-post privat", "E-Mail privat", "E-mail (privat)", "E-mail hjem", "Kotisähköposti"])
def test_a_private_address_is_open_wherever_the_word_stands(heading: str) -> None:
    assert canonical_column(heading) == ("email", 0.3)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("E-post arbete", "E-post privat"),
        ("Fecha baja", "Fecha fin contrato"),
        ("Separation Date", "Contract End Date"),
        ("Hire Date", "Original Hire Date"),
        ("Date de sortie", "Date de fin de contrat"),
    ],
)
def test_of_two_headings_of_a_column_the_one_that_counts_is_surer(better: str, worse: str) -> None:
    (column, sure), (other, less) = canonical_column(better), canonical_column(worse)
    assert column == other
    assert sure > max(less, 0.5)


@pytest.mark.parametrize("heading", ["Contract End Date", "Fecha fin contrato", "Data fine contratto"])
def test_the_end_of_a_contract_is_open(heading: str) -> None:
    assert canonical_column(heading) == ("end_date", 0.45)


@pytest.mark.parametrize("heading", ["Position ID", "Stillingsprosent", "Stillingskode", "Befattningsnr", "Position No.", "Job Code"])
def test_a_code_or_a_share_is_no_title(heading: str) -> None:
    assert canonical_column(heading) is None


@pytest.mark.parametrize("heading", ["Job title (local)", "Business title EN", "Stilling/tittel"])
def test_a_title_in_a_longer_heading_is_one(heading: str) -> None:
    assert canonical_column(heading)[0] == "job_title"


ACCOUNTS = ["Kontonr", "Account number", "Account no.", "BBAN", "Lönekonto", "Konto", "Rekening", "Compte", "Cuenta", "Reg.nr og konto"]
OTHER_NUMBERS = ["Tax", "Skattenummer", "Document", "Passport (number)", "Corporate card", "Körkort"]


@pytest.mark.parametrize("heading", [*ACCOUNTS, *OTHER_NUMBERS])
def test_accounts_and_the_like_are_no_numbers_of_employees(heading: str) -> None:
    assert is_no_number(heading)


@pytest.mark.parametrize("heading", ["Kennung", "Nummer", "Number", "User account", "Badge", "Ref", "Employee number"])
def test_what_may_be_a_number_of_an_employee_is_none_of_them(heading: str) -> None:
    assert not is_no_number(heading)


@pytest.mark.parametrize(("heading", "thousands"), [("Approval limit (TSEK)", True), ("Limit k€", True), ("Attestgräns SEK", False)])
def test_amounts_in_thousands_are_told_by_the_heading(heading: str, thousands: bool) -> None:
    assert is_in_thousands(heading) == thousands


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
