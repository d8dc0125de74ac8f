"""Who has to agree to a client's KYC level on the first day: one of compliance."""

import json

from django.db import migrations

KIND = "crm.kyc_level"
RULES = {
    "permission": "crm.client.decide_kyc",
    "askers": [],
    "hours": "72",
    "delegable": True,
    "step_up": True,
    "bands": [{"currency": "", "above": "0", "seats": [[]]}],
}


def canonical(told):
    """RFC 8785 of text, whole numbers as text, lists and words only: what core.canonical writes."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def seed(apps, schema_editor):
    Policy = apps.get_model("approvals", "ApprovalPolicy")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (at,) = cursor.fetchone()
    Policy.objects.create(
        kind=KIND, version=1, payload=canonical({"kind": KIND, "rules": RULES}), rules=RULES,
        set_by="system:first-day", set_at=at, reason="The policy of the first day",
    )


class Migration(migrations.Migration):
    dependencies = [("approvals", "0009_proof_of_votes"), ("identity", "0023_kyc_permission")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
