"""Which lines beside the rows say that the export broke off, or left somebody out: by the words of programs and of HR's languages.

Belongs here: telling such a line. Does not belong here: which lines are no rows (``roster.reading.nobody``).

Whoever is missing in a file that was cut short has not left. A sentence that only describes the list must pass all the same, since it would
stop every file: so nearly every word here counts only beside another one, and a count of none counts for nothing.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from roster.unfit import Unfit

ROWS: Final = (
    r"rows?|records?|lines?|entries|results?|rader|rad|poster|linjer|rækker|rivi[äa]|tietuetta|zeilen?|datens[äa]tze?|eintr[äa]ge|sätze"
    r"|lignes?|enregistrements?|filas?|registros?|linhas?|righe|riga|rijen|regels?|wierszy|wiersze|rekord\w*|řádk\w+|záznam\w+"
)
PEOPLE: Final = (
    r"employees?|persons?|people|workers?|users?|anställda|medarbetare|personer|ansatte|medarbeidere|medarbejdere|henkilöä|työntekijää"
    r"|mitarbeiter\w*|personen|beschäftigte|salariés?|employés?|personnes?|empleados?|personas?|dipendenti|persone|medewerkers?"
    r"|pracowników|osób|zaměstnanc\w+|osob"
)
_RUNS: Final = (
    r"e(?:x|ks)port\w*|extract\w*|extrakt\w*|quer(?:y|ies)|statement|command|sql|job|batch|task|process|program\w*|session|transaction|transfer"
    r"|download|upload|files?|reports?|lists?|listing|data|output|operation|execution|run|request|connection|cursor"
    r"|abfrage|befehl|vorgang|verarbeitung|ausführung|lauf|datei|bericht|liste|ausgabe|übertragung|verbindung|anforderung"
    r"|fråga\w*|körning\w*|jobb\w*|fil(?:en)?|rapport\w*|list[ae]n?|utdata|överföring\w*|anslutning\w*|uttag\w*"
    r"|spørring\w*|forespørg\w+|kjøring\w*|kørsel\w*|overføring\w*|overførs\w+|tilkobling\w*|forbindels\w+|udtræk\w*|uttrekk\w*"
    r"|kysely|ajo|tiedosto|raportti|luettelo|yhteys|requête|traitement|fichier|connexion|extraction|consulta|archivo|informe|lista"
    r"|conexi[óo]n|elaborazione|estrazione|connessione|bestand|lijst|verbinding|uitvoer|zapytanie|plik|raport|połączenie|dotaz|soubor"
)
"""What may break off, and is nobody."""
_BROKE: Final = (
    r"cancel+ed|cancel+ing|abort(?:ed|ing)?|interrupted|truncated|incomplete|partial|failed|fails|killed|stopped|timed|timeout|time-out"
    r"|expired|lost|dropped|reset|refused|broken|terminated|disconnected|unavailable"
    r"|abgebrochen|abgeschnitten|unterbrochen|unvollständig|fehlgeschlagen|gescheitert|gekürzt|verloren|getrennt|abgelaufen"
    r"|avbruten|avbröts|avbrutits|avbrutet|avkortad|avkortats|trunkerad|trunkerats|ofullständig|misslyckades|misslyckats|bröts|förlorades"
    r"|avbrutt|avbrudt|afbrudt|afkortet|avkortet|ufullstendig|ufuldstændig|mislyktes|mislykkedes|brutt|mistet"
    r"|keskeyt\w+|katkais\w+|katke\w+|epäonnistu\w+|interrompue?|tronquée?|incompl[eè]te?|échouée?|perdue?|interrumpid[ao]|truncad[ao]"
    r"|incomplet[ao]|fallid[ao]|perdid[ao]|interrott[ao]|troncat[ao]|fallit[ao]|pers[ao]|afgebroken|afgekapt|ingekort|onvolledig|mislukt"
    r"|verbroken|przerwan\w+|obcięt\w+|niekompletn\w+|utracon\w+|přerušen\w*|zkrácen\w*|oříznut\w*|neúpln\w+|selhal\w*"
)
_LEFT_OUT: Final = (
    r"skipped|omitted|dropped|discarded|rejected|lost|missing|failed|truncated"
    r"|not\ (?:been\ )?(?:exported|written|shown|displayed|read|included|fetched)"
    r"|übersprungen|ausgelassen|verworfen|abgeschnitten|nicht\ (?:exportiert|ausgegeben|angezeigt|gelesen)"
    r"|överhoppade|hoppades\ över|hoppats\ över|utelämnade|utelämnades|saknas|(?:inte|ej)\ (?:exporterade|exporterats|visade|visas|lästa)"
    r"|hoppet\ over|sprunget\ over|oversprunget|utelatt|udeladt|ikke\ (?:eksportert|eksporteret|vist)|ohitettu\w*|ohitettiin|jätetty\ pois"
    r"|ignorée?s?|omise?s?|sautée?s?|omitid[ao]s?|ignorad[ao]s?|saltad[ao]s?|omess[ei]|saltat[ei]|overgeslagen|weggelaten"
    r"|pominięt\w+|přeskočen\w*|vynechán\w*"
)
_MORE: Final = r"more|further|additional|weitere|fler|ytterligare|flere|yderligere|lisää|autres|más|altr[ie]|meer|więcej|dalších"
_IS: Final = r"(?:(?:was|were|is|are|has|have|been|had|wurden?|ist|sind|har|blev|ble|är|er|ont|été|fueron|werden|zijn|to)\W+){0,3}"
_OF: Final = r"of|with|for|mit|von|für|über|av|med|för|om|over|af|de|des|du|di|van|voor|z|ze"
_SOME: Final = r"\b\d[\d,.]*"

_PROGRAMS: Final = r"""
    \b(?:ORA|SP2|PLS|TNS|DPY|KUP|EXP|IMP|UDI|RMAN|LRM)-\d{4,5}\b | \bSQLSTATE\b | \bSQL\d{4,5}[NCE]\b | \bSQLCODE\b
    | \bMsg\ \d+\W+Level\ \d+ | \bERROR\ \d+\ \( | \b(?:FATAL|PANIC|SEVERE|ABEND)\b\W*(?::|\d|$)
    | \bTraceback\b | \bException\ in\ thread\b | ^\W*Caused\ by: | \b(?:\w+\.)+\w*(?:Exception|Error)\b | \b\w+(?:Exception|Error):
    | \b(?:unhandled|uncaught|runtime)\ (?:exception|error) | ^\s*at\ [\w.$<>]+\([\w\ .$-]*(?::\d+)?\) | ^\W*File\ "[^"]*",?\ line\ \d+
    | \bsnapshot\ too\ old\b | \bout\ of\ memory\b | \bno\ space\ left\b | \bdisk\ (?:is\ )?full\b | \bdeadlock | \bbroken\ pipe\b
    | \bsegmentation\ fault\b | \bcore\ dumped\b | \bgone\ away\b | \bend-of-file\ on\ communication | \bstack\ ?trace\b | \bshort\ dump\b
    | \b(?:access|permission)\ (?:was\ )?denied\b | \btoo\ many\ requests\b | \binternal\ server\ error\b | \bbad\ gateway\b
    | \bservice\ (?:is\ )?unavailable\b | \blost\ connection\b | \bconnection\ (?:closed|aborted)"""
_ERRORS: Final = r"""
    ^\W*(?:\[?(?:fatal|critical|severe|runtime|internal|unexpected|system|sql|database|db|i/o|export)\]?\s+)?error\b
      (?:\W*$|\s*[:!=(\[\#-]|\]\s*\S|\s+\d|\s+(?:while|in|at|on|when|during|executing|reading|writing|code|no|number|near|occurred)\b)
    | ^\W*(?:fehler|fel|feil|fejl|virhe|erreur|errore|fout|błąd|chyba)(?:\s*[:!]|\s+(?:\d|nr|code|kod|beim|vid|ved|lors|durante|bij)\b)
    | \berrors?\s+(?:(?:has|have|was|were)\s+)?(?:occurred|encountered|raised)
    | \b(?:ended|completed|finished|exited|closed)\s+with\s+(?:\d+\s+)?errors?\b
    | \bmit\ fehlern\b | \bfehler\ (?:ist\ )?aufgetreten | \bett\ fel\ (?:har\ )?(?:uppst|inträff) | \bune\ erreur\ (?:est|s.est)\b
    | \b(?:could\ not|cannot|can't|unable\ to|failed\ to)\ (?:be\ )?
      (?:connect|open|read|write|extend|allocate|fetch|retrieve|execute|complete|load|export|continue|process|extract|generate)
    | \b(?:timed?[\ -]?out|zeitüberschreitung|tidsavbru\w+|aikakatkais\w+|tiempo\ de\ espera)\b | \bdélai\b.*\bdépassé
    | \buser\ requested\ cancel | \bcancel+(?:ed|ing)\b.*\b(?:statement|query|user|request|timeout|export)
    | \babgebrochen\b.*\bbenutzer | \bbenutzer\b.*\babgebrochen\b | \b(?:abbruch|exportabbruch|programmabbruch|abfrageabbruch)\b
    | \b(?:was|were|been|being|got|is)\ (?:truncated|cut\ (?:off|short)|aborted|interrupted) | \btruncated\b.*\b\d | \btruncated\W*$"""
_LIMITS: Final = rf"""
    \blimit\W+(?:\w+\W+){{0,4}}(?:reached|exceeded|hit|erreicht|überschritten|nådd|nåddes|uppnådd|överskriden|nået|overskredet)\b
    | \b(?:reached|exceeded|hit)\ (?:the\ |a\ )?(?:[\w-]+\ ){{0,2}}(?:limit|maximum)\b | \blimited\ to\ (?:the\ )?(?:first\ )?\d
    | \b(?:begränsad|begrænset|begrenset|begrenzt|beschränkt)\w*\ (?:till|til|auf)\ \d
    | \b(?:max(?:imum|imal\w*|imalt)?\.?|höchst\w*)\W+(?:[\w-]+\W+){{0,4}}(?:reached|exceeded|erreicht|überschritten|uppnå\w*|overskred\w+)
    | \b\w*(?:limit|gräns|grense|grænse)\w*\W+(?:\w+\W+){{0,3}}
      (?:erreicht|überschritten|nådd|nåddes|uppnådd|uppnåtts|överskri\w+|overskre\w+|nået)\b
    | \bl[ií]mite\W+(?:\w+\W+){{0,3}}(?:atteinte|dépassée|alcanzad[ao]|superad[ao]|excedid[ao]|raggiunt[ao]|superat[ao])\b
    | \blimiet\W+(?:\w+\W+){{0,3}}(?:bereikt|overschreden)\b | \bprzekroczono\b.*\blimit | \blimit\b.*\bprzekroczon
    | \bonly\ (?:the\ )?(?:first\ )?\d[\d,.]*\ (?:\w+\ ){{0,2}}(?:are|were|shown|displayed|exported|returned)\b
    | \bonly\ (?:the\ )?first\ \d | \bfirst\ \d[\d,.]*\ (?:\w+\ )?(?:only|shown|displayed)\b
    | \b(?:nur\ die\ ersten|(?:endast|bara)\ de\ första|kun\ de\ første|vain\ ensimmäiset|seule?s?\ les|s[oó]lo\ l[oa]s\ primer[oa]s
      |sol[oe]\ [il]e?\ prim[ie]|alleen\ de\ eerste|tylko\ pierwsz\w+)\ \d
    | {_SOME}\ (?:{_MORE})\ (?:{ROWS}|{PEOPLE})\b | \b(?:{_MORE})\ \d[\d,.]*\ (?:{ROWS}|{PEOPLE})\b | \band\ \d[\d,.]*\ more\W*$
    | ^\W*(?:there\ are\ )?(?:{_MORE})\ (?:{ROWS}|{PEOPLE}|data)\b"""
_BROKEN: Final = rf"""{_PROGRAMS} | {_ERRORS} | {_LIMITS}
    | \b(?:{_RUNS})\W+(?:(?!(?:{_OF})\b)[^\W\d]+\W+){{0,4}}(?:{_BROKE})\b
    | \b(?:incomplete|partial|truncated|unvollständige[rs]?|ofullständig|ufullstendig|ufuldstændig|failed|aborted)\ (?:{_RUNS})\b
    | {_SOME}\ (?:{ROWS}|{PEOPLE})(?:\(s\))?\W+{_IS}(?:{_LEFT_OUT})\b | \b(?:{ROWS})\W+{_IS}(?:{_LEFT_OUT})\b
    | \b(?:{_LEFT_OUT})\W+(?:{ROWS}|{PEOPLE})\b | \b(?:{_LEFT_OUT})\W*\d | {_SOME}\ (?:{_LEFT_OUT})\b"""
_FAULTS: Final = (
    rf"errors?|warnings?|fehlern?|fel|feil|fejl|virheitä|erreurs?|errores|errori|fouten|błędów|chyb|{_BROKE}"
    "|skipped|omitted|dropped|discarded|rejected|missing"
)
_NONE: Final = rf"""
    \b(?:not|never|nicht|inte|ej|ikke|pas|niet|nie)\ (?:[^\W\d]+\ )?(?:{_FAULTS})\b
    | \b(?:no|without(?:\ any)?|0|zero|keine?r?|ohne|inga|utan|ingen|uten|uden|aucune?|sans|ning[uú]n\w*|sin|nessun\w*|senza|geen|zonder
      |brak|bez)\ (?:[^\W\d]+\ ){{0,2}}?(?:{_FAULTS}|{_MORE}|{ROWS}|{PEOPLE})\b
    | \b[^\W\d][^\d:;=,]*[:=]\s*0+(?!\d|[.,]\d)"""
"""``0 errors``, ``skipped: 0``, ``was not truncated``."""
_PART: Final = (
    rf"(?<![\d.,/-])(\d+)\ (?:of|out\ of|av|af|von|sur|de|van|di|z)\ (\d+)\ (?:{ROWS}|{PEOPLE})\b"
    rf"|\b(?:{ROWS}|{PEOPLE})\W+(?:1\ ?[-–]\ ?)?(\d+)\ (?:of|out\ of|av|af|von|sur|van)\ (\d+)\b"
)
"""``100 of 250 rows``."""


def check(lines: Mapping[int, str]) -> None:
    """No line beside the rows says that the file is not whole.

    Args:
        lines: Their numbers and texts.

    Raises:
        Unfit: One says so.
    """
    found = next((line for line, text in lines.items() if tells(text)), None)
    if found is not None:
        raise Unfit(
            "incomplete",
            f"Line {found} is no person's, and says that the export broke off or left something out: an error, a cancel, a time-out, a "
            "limit, or rows that were skipped.",
            f"Have HR send a whole file. {harmless(found)}",
        )


def harmless(line: int) -> str:
    """How such a line is let pass."""
    return f"If line {line} is harmless, name it: in `trailer`, if it is among the last ones, else by how it begins in `comment`."


def tells(text: str) -> bool:
    """Whether a line says that the export broke off, or left rows out."""
    broken, none, part = (_compiled(pattern) for pattern in (_BROKEN, _NONE, _PART))
    text = " ".join(text.split())
    shown = [[int(each) for each in found.groups() if each] for found in part.finditer(text)]
    return any(some < every for some, every in shown) or bool(broken.search(none.sub(" ", text)))


@cache  # it takes longer than all that most files need of it, which is nothing
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)
