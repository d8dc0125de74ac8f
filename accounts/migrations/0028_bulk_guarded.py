"""A bulk file stays as it was handed in; its lines move as one may, and by its one approval only."""

import json

from django.db import migrations

KIND = "accounts.bulk"
RULES = {
    "permission": "accounts.bulk.approve",
    "askers": [],
    "hours": "72",
    "delegable": True,
    "step_up": True,
    "bands": [{"currency": "", "above": "0", "seats": [[]]}],
}


def canonical(told):
    """RFC 8785 of text, whole numbers as text, lists and words only: what core.canonical writes."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def decide(apps, schema_editor):
    """One other person agrees to a file; who that may be, and how many, is a row from then on."""
    Policy = apps.get_model("approvals", "ApprovalPolicy")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (at,) = cursor.fetchone()
    Policy.objects.create(
        kind=KIND, version=1, payload=canonical({"kind": KIND, "rules": RULES}), rules=RULES,
        set_by="system:first-day", set_at=at, reason="The policy of the first day",
    )


STAYS = """
CREATE TRIGGER stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER stays;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied;
REVOKE DELETE, TRUNCATE ON {table} FROM mt4bo_app;
"""
UNSTAYS = "DROP TRIGGER stays ON {table}; DROP TRIGGER never_emptied ON {table};"

# The same moves as accounts/terms/bulk.py; a test compares them.
FILE = """
CREATE TABLE accounts_lawful_bulk_move (before text NOT NULL, after text NOT NULL, PRIMARY KEY (before, after));
INSERT INTO accounts_lawful_bulk_move (before, after) VALUES
    ('PREVIEW', 'WAITING'), ('PREVIEW', 'CANCELLED'), ('WAITING', 'RUNNING'), ('WAITING', 'CANCELLED'),
    ('RUNNING', 'PAUSED'), ('RUNNING', 'DONE'), ('PAUSED', 'RUNNING'), ('PAUSED', 'STOPPED');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON accounts_lawful_bulk_move FROM mt4bo_app;

-- Whether the request is the file's own, names exactly what the file holds, and was agreed to.
CREATE FUNCTION accounts_bulk_allowed(one accounts_bulkfile) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM approvals_approvalrequest r
        WHERE r.id = one.approval_id AND r.kind = 'accounts.bulk' AND r.state = 'EXECUTED'
          AND r.subject_kind = 'bulk_file' AND r.subject_key = one.id::text
          AND (r.payload::jsonb ->> 'digest', r.payload::jsonb ->> 'lines_digest', r.payload::jsonb ->> 'server')
              = (one.digest::text, one.lines_digest::text, one.server_id::text))
$$;

CREATE FUNCTION accounts_bulkfile_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    flaw text := '';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('PREVIEW', 'REFUSED') OR NEW.approval_id IS NOT NULL THEN
            flaw := 'accounts_bulkfile_begins';
        END IF;
    ELSIF (NEW.id, NEW.key, NEW.server_id, NEW.legal_entity_id, NEW.name, NEW.source, NEW.body, NEW.digest,
           NEW.lines_digest, NEW.prepared_by, NEW.prepared_at, NEW.flaws)
          IS DISTINCT FROM
          (OLD.id, OLD.key, OLD.server_id, OLD.legal_entity_id, OLD.name, OLD.source, OLD.body, OLD.digest,
           OLD.lines_digest, OLD.prepared_by, OLD.prepared_at, OLD.flaws)
          OR (OLD.approval_id IS NOT NULL AND NEW.approval_id IS DISTINCT FROM OLD.approval_id) THEN
        flaw := 'accounts_bulkfile_stays';
    ELSIF NEW.state <> OLD.state AND NOT EXISTS (
        SELECT FROM accounts_lawful_bulk_move WHERE before = OLD.state AND after = NEW.state) THEN
        flaw := 'accounts_bulkfile_move';
    ELSIF NEW.state <> OLD.state AND NEW.state = 'RUNNING' AND NOT accounts_bulk_allowed(NEW) THEN
        flaw := 'accounts_bulkfile_unapproved';
    END IF;
    IF flaw <> '' THEN
        RAISE EXCEPTION 'bulk file %: this is not possible (%)', NEW.id, flaw
            USING ERRCODE = 'check_violation', CONSTRAINT = flaw;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON accounts_bulkfile
    FOR EACH ROW EXECUTE FUNCTION accounts_bulkfile_moves();
ALTER TABLE accounts_bulkfile ENABLE ALWAYS TRIGGER moves;
"""
UNFILE = """
DROP FUNCTION accounts_bulkfile_moves() CASCADE;
DROP FUNCTION accounts_bulk_allowed(accounts_bulkfile);
DROP TABLE accounts_lawful_bulk_move;
"""

ROW = """
CREATE FUNCTION accounts_bulkrow_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    of accounts_bulkfile;
    flaw text := '';
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO of FROM accounts_bulkfile WHERE id = NEW.file_id;
        IF of.state <> 'PREVIEW' OR NEW.state NOT IN ('WAITING', 'CANNOT') THEN
            flaw := 'accounts_bulkrow_begins';
        END IF;
    ELSIF (NEW.id, NEW.file_id, NEW.number, NEW.key, NEW.login, NEW.account_id, NEW.client_id, NEW.amount, NEW.currency,
           NEW.is_credit, NEW.expires_at, NEW.purpose, NEW.comment, NEW.snag)
          IS DISTINCT FROM
          (OLD.id, OLD.file_id, OLD.number, OLD.key, OLD.login, OLD.account_id, OLD.client_id, OLD.amount, OLD.currency,
           OLD.is_credit, OLD.expires_at, OLD.purpose, OLD.comment, OLD.snag) THEN
        flaw := 'accounts_bulkrow_stays';
    ELSIF NEW.state <> OLD.state THEN
        SELECT * INTO of FROM accounts_bulkfile WHERE id = NEW.file_id;
        IF OLD.state <> 'WAITING' OR NEW.state NOT IN ('MADE', 'REFUSED', 'LEFT_OUT') THEN
            flaw := 'accounts_bulkrow_move';
        ELSIF NEW.state IN ('MADE', 'REFUSED') AND of.state <> 'RUNNING' THEN
            flaw := 'accounts_bulkrow_running';
        ELSIF NEW.state = 'LEFT_OUT' AND of.state NOT IN ('STOPPED', 'CANCELLED') THEN
            flaw := 'accounts_bulkrow_stopped';
        ELSIF NEW.state = 'MADE' AND NOT EXISTS (
            SELECT FROM accounts_adjustment a
            WHERE a.id = NEW.adjustment_id AND a.key = NEW.key AND a.approval_id = of.approval_id) THEN
            flaw := 'accounts_bulkrow_another';
        END IF;
    ELSIF NEW.adjustment_id IS DISTINCT FROM OLD.adjustment_id THEN
        flaw := 'accounts_bulkrow_another';
    END IF;
    IF flaw <> '' THEN
        RAISE EXCEPTION 'line % of bulk file %: this is not possible (%)', NEW.number, NEW.file_id, flaw
            USING ERRCODE = 'check_violation', CONSTRAINT = flaw;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON accounts_bulkrow
    FOR EACH ROW EXECUTE FUNCTION accounts_bulkrow_moves();
ALTER TABLE accounts_bulkrow ENABLE ALWAYS TRIGGER moves;
"""

# An adjustment of a running file: exactly what one of its lines says, asked for by who asked for the file.
BATCH = """
CREATE OR REPLACE FUNCTION accounts_adjustment_in_batch(asked approvals_approvalrequest, one accounts_adjustment)
RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN asked.kind = 'accounts.bulk' AND asked.asked_by = one.requested_by AND EXISTS (
        SELECT FROM accounts_bulkrow r JOIN accounts_bulkfile f ON f.id = r.file_id
        WHERE r.key = one.key AND f.approval_id = asked.id AND f.state = 'RUNNING' AND accounts_bulk_allowed(f)
          AND r.state IN ('WAITING', 'MADE')
          AND (r.account_id, r.client_id, r.amount, r.currency::text, r.purpose::text)
              = (one.account_id, one.client_id, one.amount, one.currency::text, one.cause::text)
          AND r.expires_at IS NOT DISTINCT FROM one.ends_at
          AND one.kind = CASE WHEN NOT r.is_credit THEN 'correction' WHEN r.amount > 0 THEN 'credit_in' ELSE 'credit_out' END);
END $$;
"""
UNBATCH = """
CREATE OR REPLACE FUNCTION accounts_adjustment_in_batch(asked approvals_approvalrequest, one accounts_adjustment)
RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$ BEGIN RETURN false; END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0027_bulk"),
        ("approvals", "0009_proof_of_votes"),
        ("core", "0002_events_only_grow"),
    ]

    operations = [
        migrations.RunPython(decide, migrations.RunPython.noop),
        *(
            migrations.RunSQL(STAYS.format(table=table), UNSTAYS.format(table=table))
            for table in ("accounts_bulkfile", "accounts_bulkrow")
        ),
        migrations.RunSQL(FILE, UNFILE),
        migrations.RunSQL(ROW, "DROP FUNCTION accounts_bulkrow_moves() CASCADE"),
        migrations.RunSQL(BATCH, UNBATCH),
    ]
