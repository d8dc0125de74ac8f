"""What a role allows is changed by two people: the policy of the first day, and PostgreSQL's word on it."""

import json

from django.db import migrations

KIND = "identity.role_contents"
RULES = {
    "permission": "approvals.role.decide",
    "askers": [],
    "hours": "72",
    "delegable": False,
    "step_up": True,
    "bands": [{"currency": "", "above": "0", "seats": [[]]}],
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


# Beside migrations, a role allows what its newest approval says that was carried out, and nothing else.
ALLOWED = """
CREATE FUNCTION approvals_role_allowed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    asked approvals_approvalrequest;
BEGIN
    IF pg_has_role(current_user, 'mt4bo_owner', 'MEMBER') THEN
        RETURN NEW;
    END IF;
    SELECT * INTO asked FROM approvals_approvalrequest r
    WHERE r.kind = 'identity.role_contents' AND r.subject_kind = 'role' AND r.subject_key = OLD.code
      AND r.state = 'EXECUTED' ORDER BY r.id DESC LIMIT 1;
    IF NEW.code <> OLD.code OR asked.id IS NULL OR NOT approvals_is_complete(asked)
       OR (asked.payload::jsonb -> 'permissions', asked.payload::jsonb ->> 'reach', asked.payload::jsonb -> 'networks')
          IS DISTINCT FROM (to_jsonb(NEW.permissions), NEW.reach::text, to_jsonb(NEW.networks)) THEN
        RAISE EXCEPTION 'role %: nobody approved what it would allow', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_role_allowed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER allowed BEFORE UPDATE ON identity_role FOR EACH ROW
    WHEN ((NEW.code, NEW.permissions, NEW.reach, NEW.networks)
          IS DISTINCT FROM (OLD.code, OLD.permissions, OLD.reach, OLD.networks))
    EXECUTE FUNCTION approvals_role_allowed();
ALTER TABLE identity_role ENABLE ALWAYS TRIGGER allowed;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0007_begun_before"), ("identity", "0016_looking_permissions")]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunSQL(ALLOWED, "DROP FUNCTION approvals_role_allowed() CASCADE"),
    ]
