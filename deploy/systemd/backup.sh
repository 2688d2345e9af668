#!/bin/sh
# A copy of the ledger with its keys in the folder BACKUP, whole or not at all, while runs may be under way. Where ROLLCALL_LEDGER is
# Postgres, the keys are in it; pg_dump is to be of its version or later.
set -eu
umask 077
: "${ROLLCALL_HOME:?}" "${BACKUP:?}"
mkdir -p "$BACKUP"
case "${ROLLCALL_LEDGER:-}" in
postgresql*)
    pg_dump --format=custom --file="$BACKUP/ledger.dump.new" "$(printf %s "$ROLLCALL_LEDGER" | sed 's/^postgresql+[a-z0-9]*:/postgresql:/')"
    mv -f "$BACKUP/ledger.dump.new" "$BACKUP/ledger.dump"
    ;;
*)
    ledger=${ROLLCALL_LEDGER:-$ROLLCALL_HOME/ledger.db}
    ledger=${ledger#sqlite:///}
    rm -f "$BACKUP/ledger.db.new"
    "$(dirname "$0")/../../.venv/bin/python" -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("VACUUM INTO ?", sys.argv[2:])' \
        "$ledger" "$BACKUP/ledger.db.new"
    for key in "$ledger".*.key; do
        if [ -e "$key" ]; then cp -p "$key" "$BACKUP"; fi
    done
    mv -f "$BACKUP/ledger.db.new" "$BACKUP/$(basename "$ledger")"
    ;;
esac
