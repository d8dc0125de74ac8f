"""Two people for every difference that stays or that the books take over: the first policy."""

import json

from django.db import migrations

KIND = "accounts.difference"
RULES = {
    "permission": "accounts.difference.settle",
    "askers": [],
    "hours": "72",
    "delegable": True,
    "step_up": True,
    "bands": [{"currency": "", "above": "0", "seats": [[]]}],
}


def seed(apps, schema_editor):
    Policy = apps.get_model("approvals", "ApprovalPolicy")
    payload = json.dumps({"kind": KIND, "rules": RULES}, sort_keys=True, separators=(",", ":"))
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (at,) = cursor.fetchone()
    Policy.objects.create(
        kind=KIND, version=1, payload=payload, rules=RULES, set_by="system:first-day", set_at=at,
        reason="The policy of the first day",
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0021_reconciled"), ("approvals", "0009_proof_of_votes")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
