"""How Alembic reaches the ledger: over the connection, and inside the transaction, of the process that opens it.

A change of ``resources/ledger/tables.py`` needs a revision in ``versions`` (copy the newest, give it the next number, name the one
before it as `down_revision`) and its number in ``resources/ledger/revisions.py``. A test compares tables and migrations.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
