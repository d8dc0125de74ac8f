"""Transfers to other clients go by a complete approval: back office and compliance, side by side."""

import json

from django.db import migrations

KIND = "accounts.transfer"
RULES = {
    "permission": "accounts.transfer.decide",
    "askers": [],
    "hours": "72",
    "delegable": True,
    "step_up": True,
    "bands": [{"currency": "", "above": "0", "seats": [["back_office"], ["compliance"]]}],
}


def seed(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (at,) = cursor.fetchone()
    told = json.dumps({"kind": KIND, "rules": RULES}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    apps.get_model("approvals", "ApprovalPolicy").objects.create(
        kind=KIND, version=1, payload=told, rules=RULES, set_by="system:first-day", set_at=at,
        reason="The policy of the first day",
    )


# What goes to another client is let go by the approval of exactly that, and by nothing else.
ALLOWED = """
CREATE FUNCTION accounts_transfer_allowed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    asked approvals_approvalrequest;
BEGIN
    SELECT * INTO asked FROM approvals_approvalrequest r
    WHERE r.id = NEW.approval_id AND r.kind = 'accounts.transfer' AND r.subject_kind = 'transfer'
      AND r.subject_key = NEW.id::text AND r.asked_by = NEW.requested_by;
    IF asked.id IS NULL OR asked.state <> 'EXECUTED' OR NOT approvals_is_complete(asked)
       OR (asked.amount, asked.currency) IS DISTINCT FROM (NEW.amount, NEW.currency::text)
       OR (asked.payload::jsonb ->> 'to_client', asked.payload::jsonb ->> 'target')
          IS DISTINCT FROM (NEW.to_client_id::text,
              coalesce('account:' || NEW.target_account_id, 'wallet:' || NEW.target_wallet_id)) THEN
        RAISE EXCEPTION 'transfer %: nobody allowed it to go to another client', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_transfer_allowed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER allowed BEFORE UPDATE ON accounts_transfer FOR EACH ROW
    WHEN (NEW.client_id <> NEW.to_client_id AND OLD.state = 'REQUESTED' AND NEW.state = 'APPROVED')
    EXECUTE FUNCTION accounts_transfer_allowed();
ALTER TABLE accounts_transfer ENABLE ALWAYS TRIGGER allowed;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0024_adjustments_guarded"), ("approvals", "0008_role_contents")]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunSQL(ALLOWED, "DROP FUNCTION accounts_transfer_allowed() CASCADE"),
    ]
