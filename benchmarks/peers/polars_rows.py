"""The floor under the transform: polars reads the same CSV, renames, writes the same number of payloads as JSON. It checks nothing.

python polars_rows.py EXPORT OUT
"""

import json
import sys
import time

import polars as pl

export, out = sys.argv[1:]
started = time.perf_counter()
rows = pl.read_csv(export, separator=";", infer_schema=False, comment_prefix="#TRAILER").filter(pl.col("Row state") == "Current")
user = rows.select(
    externalSourceId="Employee No",
    firstName="First name",
    lastName="Last name",
    email="Work e-mail",
    personnelNumber="Employee No",
    organizationalUnitId=pl.col("Department").replace({"HR": "People"}),
    locale=pl.col("Country").replace_strict({"SE": "sv_SE", "NO": "nb_NO", "DK": "da_DK", "FI": "fi_FI", "DE": "de_DE"}, default="en_GB"),
    phone="Mobile",
    bankAccount=pl.struct(IBAN="IBAN"),
    dimensionPresets=pl.concat_list(pl.struct(externalId=pl.lit("COST_CENTER"), value="Cost centre")),
    active=pl.col("Status") != "T",
)
record = rows.select(
    employeeID="Employee No",
    employeeEmail="Work e-mail",
    managerEmail="Manager No",
    firstName="First name",
    lastName="Last name",
    policyID="Company",
    customField2="Cost centre",
    approvalLimit="Approval limit",
    overLimitApprover="Over-limit approver",
    isTerminated=pl.col("Status") == "T",
)
user.write_ndjson(f"{out}.users")
record.write_ndjson(f"{out}.records")
sys.stdout.write(json.dumps({"rows": len(rows), "seconds": time.perf_counter() - started}) + "\n")
