"""What a process that a test starts runs first, where ledgers of tests are on PostgreSQL (`tests.ledgers`): it has them there too.

Python imports a module of this name by itself. Belongs here: nothing else.
"""

from tests import ledgers

ledgers.join()
