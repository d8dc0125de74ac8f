"""Disputes guard themselves; a deposit is charged back by a lost case only, a case is debited by two people."""

import json

from django.db import migrations

KIND = "accounts.chargeback"
RULES = {
    "permission": "accounts.adjustment.decide",
    "askers": [],
    "hours": "0",
    "delegable": True,
    "step_up": True,
    "bands": [{"currency": "", "above": "0", "seats": [[]]}],
}


def decide(apps, schema_editor):
    """Dealing or risk agrees to the debit of a lost case; it waits as long as it has to."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (at,) = cursor.fetchone()
    told = json.dumps({"kind": KIND, "rules": RULES}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    apps.get_model("approvals", "ApprovalPolicy").objects.create(
        kind=KIND, version=1, payload=told, rules=RULES, set_by="system:first-day", set_at=at,
        reason="The policy of the first day",
    )


# The same moves as accounts/terms/disputes.py and deposits.py; a test compares them.
LAWFUL = """
CREATE TABLE accounts_lawful_dispute_move (before text NOT NULL, after text NOT NULL, PRIMARY KEY (before, after));
INSERT INTO accounts_lawful_dispute_move (before, after) VALUES
    ('EVIDENCE_SENT', 'LOST'),
    ('EVIDENCE_SENT', 'WON'),
    ('OPENED', 'ACCEPTED'),
    ('OPENED', 'EVIDENCE_SENT'),
    ('SUSPECTED', 'CLEARED'),
    ('SUSPECTED', 'OPENED');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON accounts_lawful_dispute_move FROM mt4bo_app;
INSERT INTO accounts_lawful_deposit_move (before, after) VALUES ('CREDITED', 'CHARGED_BACK');
"""
UNLAWFUL = """
DROP TABLE accounts_lawful_dispute_move;
DELETE FROM accounts_lawful_deposit_move WHERE before = 'CREDITED';
"""

DISPUTE = """
CREATE FUNCTION accounts_dispute_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    flaw text := '';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('SUSPECTED', 'OPENED') OR NOT EXISTS (
            SELECT FROM accounts_deposit d
            WHERE d.id = NEW.deposit_id AND d.state = 'CREDITED' AND NOT d.into_wallet AND NEW.amount <= d.received_amount
              AND NEW.debit_amount <= NEW.amount
              AND (NEW.client_id, NEW.account_id, NEW.currency) = (d.client_id, d.account_id, d.currency)) THEN
            RAISE EXCEPTION 'dispute: it is about money that was credited, and no more of it'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_dispute_begins';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state IN ('CLEARED', 'WON', 'LOST', 'ACCEPTED') THEN
        flaw := 'accounts_dispute_final';
    ELSIF NEW.state <> OLD.state AND NOT EXISTS (
            SELECT FROM accounts_lawful_dispute_move WHERE before = OLD.state AND after = NEW.state) THEN
        flaw := 'accounts_dispute_lawful';
    ELSIF (NEW.id, NEW.deposit_id, NEW.legal_entity_id, NEW.client_id, NEW.account_id, NEW.provider, NEW.currency,
           NEW.begun_by, NEW.begun_at)
          IS DISTINCT FROM
          (OLD.id, OLD.deposit_id, OLD.legal_entity_id, OLD.client_id, OLD.account_id, OLD.provider, OLD.currency,
           OLD.begun_by, OLD.begun_at)
          OR (OLD.state <> 'SUSPECTED' AND (NEW.amount, NEW.debit_amount, NEW.reference, NEW.reservation_id, NEW.opened_at)
              IS DISTINCT FROM (OLD.amount, OLD.debit_amount, OLD.reference, OLD.reservation_id, OLD.opened_at)) THEN
        flaw := 'accounts_dispute_fixed';
    END IF;
    IF flaw <> '' THEN
        RAISE EXCEPTION 'dispute %: % to % is refused (%)', OLD.id, OLD.state, NEW.state, flaw
            USING ERRCODE = 'check_violation', CONSTRAINT = flaw;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON accounts_dispute
    FOR EACH ROW EXECUTE FUNCTION accounts_dispute_moves();
ALTER TABLE accounts_dispute ENABLE ALWAYS TRIGGER moves;
CREATE TRIGGER stays BEFORE DELETE ON accounts_dispute FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON accounts_dispute
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE accounts_dispute ENABLE ALWAYS TRIGGER stays;
ALTER TABLE accounts_dispute ENABLE ALWAYS TRIGGER never_emptied;
REVOKE DELETE, TRUNCATE ON accounts_dispute FROM mt4bo_app;
"""

# A debit is of a case that took the money back, as much as was set aside for it.
DEBIT = """
CREATE FUNCTION accounts_adjustment_disputes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (TG_OP = 'UPDATE' AND NEW.dispute_id IS DISTINCT FROM OLD.dispute_id) OR NOT EXISTS (
        SELECT FROM accounts_dispute c
        WHERE c.id = NEW.dispute_id AND c.state IN ('LOST', 'ACCEPTED') AND c.debit_amount = -NEW.amount
          AND (c.account_id, c.client_id) = (NEW.account_id, NEW.client_id)) THEN
        RAISE EXCEPTION 'adjustment: case % debits nothing like this', NEW.dispute_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_adjustment_disputed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER disputes BEFORE INSERT OR UPDATE OF dispute_id ON accounts_adjustment
    FOR EACH ROW WHEN (NEW.dispute_id IS NOT NULL) EXECUTE FUNCTION accounts_adjustment_disputes();
ALTER TABLE accounts_adjustment ENABLE ALWAYS TRIGGER disputes;
"""

DEPOSIT = """
CREATE OR REPLACE FUNCTION accounts_deposit_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'STARTED' OR NEW.received_amount IS NOT NULL OR NEW.accepted_by <> '' THEN
            RAISE EXCEPTION 'deposit: it begins with nothing'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_begins';
        END IF;
        RETURN NEW;
    END IF;

    IF OLD.state = 'CREDITED' AND NEW.state = 'CHARGED_BACK' AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN
        -- A case that was lost or accepted takes the money back; nothing else of the row changes.
        IF NOT EXISTS (SELECT FROM accounts_dispute c WHERE c.deposit_id = OLD.id AND c.state IN ('LOST', 'ACCEPTED')) THEN
            RAISE EXCEPTION 'deposit %: no case took it back', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_uncharged';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state IN ('CREDITED', 'FAILED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'RETURNED', 'CHARGED_BACK') THEN
        RAISE EXCEPTION 'deposit %: % is final', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_final';
    END IF;
    IF NEW.state <> OLD.state
       AND NOT EXISTS (SELECT FROM accounts_lawful_deposit_move WHERE before = OLD.state AND after = NEW.state) THEN
        RAISE EXCEPTION 'deposit %: nothing leads from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_lawful';
    END IF;
    IF (NEW.id, NEW.key, NEW.legal_entity_id, NEW.client_id, NEW.account_id, NEW.method_id, NEW.owner_id,
        NEW.desk_id, NEW.source, NEW.follows_id, NEW.asked_amount, NEW.currency, NEW.rate_asked,
        NEW.started_by, NEW.started_at)
       IS DISTINCT FROM
       (OLD.id, OLD.key, OLD.legal_entity_id, OLD.client_id, OLD.account_id, OLD.method_id, OLD.owner_id,
        OLD.desk_id, OLD.source, OLD.follows_id, OLD.asked_amount, OLD.currency, OLD.rate_asked,
        OLD.started_by, OLD.started_at) THEN
        RAISE EXCEPTION 'deposit %: whose it is and what was asked never change', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_fixed';
    END IF;
    IF OLD.received_amount IS NOT NULL
       AND (NEW.received_amount, NEW.received_currency, NEW.received_at, NEW.provider_reference,
            NEW.provider_fee, NEW.rate_received, NEW.own_fee, NEW.credit_amount, NEW.payer_key)
           IS DISTINCT FROM
           (OLD.received_amount, OLD.received_currency, OLD.received_at, OLD.provider_reference,
            OLD.provider_fee, OLD.rate_received, OLD.own_fee, OLD.credit_amount, OLD.payer_key) THEN
        RAISE EXCEPTION 'deposit %: what came in is not rewritten', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_received_fixed';
    END IF;
    IF NEW.state = 'CREDITED' AND OLD.state = 'IN_REVIEW' AND OLD.accepted_by = '' THEN
        RAISE EXCEPTION 'deposit %: nobody accepted it', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_deposit_unaccepted';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE FUNCTION accounts_owner_stays_for_deposits() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('accounts.money.' || OLD.id, 0));
    IF OLD.client_id IS NOT NULL AND EXISTS (
        SELECT FROM accounts_deposit
        WHERE account_id = OLD.id
          AND state NOT IN ('CREDITED', 'FAILED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'RETURNED', 'CHARGED_BACK')) THEN
        RAISE EXCEPTION 'account %: a deposit is open, its client stays', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_owner_money_under_way';
    END IF;
    RETURN NEW;
END
$$;
"""
WATCH = (
    "SELECT audit_watch('accounts_dispute', subject_kind => 'client', subject_column => 'client_id', "
    "personal => '{words,end_reason}')"
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0029_disputes"), ("approvals", "0009_proof_of_votes"), ("audit", "0001_initial"),
        ("core", "0002_events_only_grow"),
    ]

    operations = [
        migrations.RunPython(decide, migrations.RunPython.noop),
        migrations.RunSQL(LAWFUL, UNLAWFUL),
        migrations.RunSQL(DISPUTE, "DROP FUNCTION accounts_dispute_moves() CASCADE"),
        migrations.RunSQL(DEBIT, "DROP FUNCTION accounts_adjustment_disputes() CASCADE"),
        migrations.RunSQL(DEPOSIT, migrations.RunSQL.noop),
        migrations.RunSQL(WATCH, "SELECT audit_unwatch('accounts_dispute')"),
    ]
