"""Words for nothing, as programs and people write them.

Belongs here: the words, and where which of them is meant. Does not belong here: what such a word costs (``roster.intake.validation``,
``roster.intake.no_names``).
"""

from typing import Final

NOTHINGS: Final = frozenset(
    {"NULL", "null", "Null", "(null)", "<null>", "<NULL>", "[NULL]", "\\N", "None", "none", "nil", "NaN", "nan", "NaT", "<NA>", "NA"}
    | {"N/A", "n/a", "n.a.", "N.A.", "#N/A", "-", "--", "–", "—", ".", "?", "(blank)", "(empty)", "undefined"}
    | {"#NV", "#N/D", "#N/B", "#I/T", "#SAKNAS!", "#PUUTTUU!", "k.A.", "keine Angabe", "n.v.t.", "N.V.T.", "nvt", "n/d", "N/D", "s/d"}
    | {"(leer)", "(Leer)", "(Leerwerte)", "<leer>", "(none)", "(None)", "<none>", "<unset>", "{null}", "$null$", "NIL"}
    | {"(vide)", "(vacío)", "(vuoto)", "(tom)", "(tyhjä)", "no data", "No data", "Not assigned", "Not Assigned", "not assigned"}
    | {"nicht zugeordnet", "Nicht zugeordnet"}
    | {"ej angivet", "Ej angivet", "uppgift saknas", "ikke oppgitt", "Ikke oppgitt", "ikke angivet", "ei tietoa", "non renseigné", "brak"}
)
"""What programs and people write where there is nothing. Each is a value like any other until the settings say so."""
NOTHING_IN_CODES: Final = frozenset(word.casefold() for word in NOTHINGS - {"NaT"} if len(word) > 2) | frozenset(
    {"tbd", "tba", "t.b.d.", "to be defined", "to be determined", "to be announced", "not available", "not applicable", "not specified"}
    | {"not set", "no value", "[none]", "---", "----", "-----", "_", "__", "- -", "n. a.", "n.a"}
    | {"ingen", "inget", "saknas", "mangler", "puuttuu", "fehlt", "entfällt", "aucun", "aucune", "néant", "ninguno", "ninguna", "nessuno"}
    | {"nessuna", "nicht vorhanden", "ej tillämpligt", "ikke relevant", "finns ej", "finnes ikke", "findes ikke", "sin datos", "s.d."}
)
"""The same and more, however large its letters are, where a code, an amount, an account or the name of a department is asked: as a name or
a number of somebody's some of them may be meant."""
NAMES: Final = frozenset({"NA", "Null", "None", "none", "nil", "NIL", "-", "--", "–", "—", "."})
"""Those of them that people are called, or that stand for the name that somebody does not have."""
NOT_IN_NAMES: Final = NOTHINGS - {word for word in NAMES if word.isalpha()}
"""Those that are no part of a name beside another one: a dash is none there either."""
