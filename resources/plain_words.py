"""The words that a destination's message may consist of where everybody who watches runs can read it.

Belongs here: everyday words, and those of the two APIs' errors. Does not belong here: any word that is also somebody's name (will, may,
mark, grant), nor the masking itself (``resources.failures``).

A list of what may be shown, since nobody has a list of all names: an unforeseen message loses words, and never gives a person away.
"""

from typing import Final

PLAIN: Final = frozenset(
    """
    a about above access account accounts action active add added additional address addresses admin administrator after again against
    all allow allowed already also an and and/or another any api application approval approve approver approvers approves are argument
    array as assigned at attempt authentication authorization authorized bad bank be because been before below between blank body both
    but by calling can cannot category change changed character characters check city code collision column combination company conflict
    connection contact contain contains content cost could country create created credentials csv currency current custom cycle data
    database date day db dd deactivated default delete deleted denied department deprecated did differs digits dimension disabled do
    does domain due duplicate duplicated e-mail either email emails employee employeeid employees empty enabled end entity entry error
    errors exceed exceeded exceeds exist existing exists expected expense expired external failed failure few fewer field fields file
    first for forbidden format found from full further gateway general given group groups had has have header headers help hour iban id
    identifier identifiers if in inactive incorrect information inside integer internal invalid invitation invite invited is issue it
    item items its job json key kind known last later least left length level limit limits line lines list locale locked login long
    longer lower mail maintenance malformed manager managers many match matches maximum member members message method minimum minutes
    missing mm mobile more most must name names needed network new no none not null number numbers object of off office old on once one
    only operation optional or organization organizational other over owner owners parameter parent parse part partner password path
    pattern pending people per permission permissions permitted person personal personnel phone please policies policy preset presets
    primary problem process processed processing profile properties property provided put range rate read reason received record records
    refused reject rejected remove removed request requested requests required resource response retry review role roles row rows rule
    rules same schema seconds secret see send sent server service services set several short should side similar size skipped so some
    someone something source state status still string submit submits submitted such support supported syntax system tag tags
    temporarily than that the their them then there these they this time timeout to token too transaction try two type unable
    unauthorized under unexpected unique unit units unknown unprocessable unsupported up update updated updates upper url use used user
    users valid validation value values version verification verified verify violation wait was we were what when where which while who
    with without worker workspace write wrong year yet you your yyyy zip activated archived blocked closed deactivate enrolled eligible
    feature licence licences license licenses mandatory open plan plans pay quota reached register registered reimbursement seat seats
    signed subscription suspended trial unverified upgrade
    """.split()  # noqa: SIM905 - a list of four hundred lines says no more
)
"""In small letters."""
