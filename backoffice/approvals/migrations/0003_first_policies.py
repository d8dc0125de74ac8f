"""Who has to agree to what on the first day, and who may see and change that; rows to be edited from then on."""

import json

from django.db import migrations

ANYBODY = []
ONE = [ANYBODY]
# kind: permission of who decides, hours (0: none), seats, delegable, step-up
FIRST = {
    # The payment's own promise to the client is its deadline.
    "accounts.withdrawal": ("accounts.withdrawal.approve", 0, ONE, True, True),
    "accounts.deposit": ("accounts.withdrawal.approve", 24, ONE, True, True),
    "accounts.correction": ("accounts.withdrawal.approve", 24, ONE, True, True),
    "accounts.credit": ("accounts.withdrawal.approve", 24, ONE, True, True),
    "trading.account_change": ("trading.account.confirm", 1, ONE, True, True),
    # Shutting an account is how a dealer stops a fire: alone, and looked at the next morning.
    "trading.account_suspension": ("trading.account.confirm", 1, [], True, True),
    "trading.account_release": ("trading.account.confirm", 1, ONE, True, True),
    "trading.account_deletion": ("trading.account.confirm", 1, ONE, True, True),
    "trading.trade": ("trading.account.confirm", 1, ONE, True, True),
    "crm.contacts": ("crm.client.decide_contacts", 24, ONE, True, True),
    "crm.bank_details": ("crm.client.decide_contacts", 24, ONE, True, True),
    "crm.reassignment": ("crm.client.decide_contacts", 24, ONE, True, True),
    "crm.export": ("crm.client.decide_contacts", 24, ONE, True, True),
    "identity.role_grant": ("approvals.role.decide", 72, ONE, False, True),
    "identity.role_revoke": ("approvals.role.decide", 72, [], False, True),
    "approvals.policy": ("approvals.policy.decide", 72, ONE, False, True),
}
ADDED = {
    "administrator": [
        "approvals.request.view", "approvals.policy.view", "approvals.policy.set", "approvals.policy.decide",
        "approvals.role.decide",
    ],
    "compliance": [
        "approvals.request.view", "approvals.policy.view", "approvals.policy.decide", "approvals.role.decide",
        "crm.client.decide_contacts",
    ],
    "back_office": ["crm.client.decide_contacts"],
    "auditor": ["approvals.request.view", "approvals.policy.view"],
    "risk": ["approvals.policy.view"],
}


def canonical(told):
    """RFC 8785 of text, whole numbers as text, lists and words only: what core.canonical writes."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def seed(apps, schema_editor):
    Policy = apps.get_model("approvals", "ApprovalPolicy")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (at,) = cursor.fetchone()
    for kind, (permission, hours, seats, delegable, step_up) in FIRST.items():
        rules = {
            "permission": permission,
            "askers": [],
            "hours": str(hours),
            "delegable": delegable,
            "step_up": step_up,
            "bands": [{"currency": "", "above": "0", "seats": seats}],
        }
        Policy.objects.create(
            kind=kind, version=1, payload=canonical({"kind": kind, "rules": rules}), rules=rules,
            set_by="system:first-day", set_at=at, reason="The policy of the first day",
        )


def add(apps, schema_editor):
    Role = apps.get_model("identity", "Role")
    for role in Role.objects.filter(is_builtin=True, code__in=ADDED):
        role.permissions = sorted({*role.permissions, *ADDED[role.code]})
        role.save(update_fields=["permissions"])


def take_away(apps, schema_editor):
    Role = apps.get_model("identity", "Role")
    for role in Role.objects.filter(is_builtin=True, code__in=ADDED):
        role.permissions = sorted(set(role.permissions) - set(ADDED[role.code]))
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("approvals", "0002_guard"), ("identity", "0006_watching_permissions")]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(add, take_away),
    ]
