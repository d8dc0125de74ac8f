"""What a request is about never changes: a trigger of those columns says so, and no other update looks at them."""

from importlib import import_module

from django.db import migrations

guard = import_module("backoffice.approvals.migrations.0002_guard")

COLUMNS = (
    "id", "key", "kind", "subject_kind", "subject_key", "client_id", "amount", "currency", "payload",
    "payload_digest", "asked_facts", "picture", "reason", "asked_by", "asked_at", "asked_session", "asked_device",
    "policy_id", "permission", "seats", "deadline_at", "review_at",
)

# Until now each move compared them, and unpacked the picture twice for it. An update that does not name a
# column does not change it: no trigger sets one of these once the request is there.
FIXED = f"""
CREATE FUNCTION approvals_request_fixed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'approval %: % to % is refused (approvals_request_fixed)', OLD.id, OLD.state, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_request_fixed';
END
$$;
CREATE TRIGGER fixed BEFORE UPDATE OF {", ".join(COLUMNS)}
    ON approvals_approvalrequest FOR EACH ROW
    WHEN (({", ".join(f"NEW.{one}" for one in COLUMNS)})
          IS DISTINCT FROM ({", ".join(f"OLD.{one}" for one in COLUMNS)}))
    EXECUTE FUNCTION approvals_request_fixed();
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER fixed;
"""

# As in 0002, but for what stands above.
NAME = "FUNCTION approvals_request_moves()"
BODY = guard.REQUEST.partition(f"CREATE {NAME}")[2].partition("$$;")[0]
HEAD, _, TAIL = BODY.partition("    IF (NEW.id, NEW.key")
MOVES = f"CREATE OR REPLACE {NAME}{HEAD}    IF {TAIL.partition('    ELSIF ')[2]}$$;"
MOVES_BEFORE = f"CREATE OR REPLACE {NAME}{BODY}$$;"


class Migration(migrations.Migration):
    dependencies = [("approvals", "0010_kyc_policy"), ("core", "0005_short_checks")]

    operations = [
        migrations.RunSQL(FIXED, "DROP FUNCTION approvals_request_fixed() CASCADE"),
        migrations.RunSQL(MOVES, MOVES_BEFORE),
        migrations.RunSQL(
            "SELECT shorten_checks('approvals_approvalrequest'); SELECT shorten_checks('approvals_approvalvote');",
            migrations.RunSQL.noop,
        ),
    ]
