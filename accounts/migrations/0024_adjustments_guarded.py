"""Adjustments guard themselves: lawful moves only, approved by others or by a rule, never rewritten."""

import json

from django.db import migrations

# Kind of act → who decides: dealing or risk, as reference/workflows.md 2.2 says of a correction.
POLICIES = {
    "accounts.correction": "Corrections are decided by dealing or risk",
    "accounts.credit": "Credits are decided by dealing or risk",
    "accounts.reversal": "Reversals are decided by dealing or risk",
}
FIRST = {
    "permission": "accounts.adjustment.decide",
    "askers": [],
    "hours": "24",
    "delegable": True,
    "step_up": True,
    "bands": [{"currency": "", "above": "0", "seats": [[]]}],
}


def canonical(told):
    """RFC 8785 of text, whole numbers as text, lists and words only: what core.canonical writes."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def decide(apps, schema_editor):
    Policy = apps.get_model("approvals", "ApprovalPolicy")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (at,) = cursor.fetchone()
    for kind, reason in POLICIES.items():
        latest = Policy.objects.filter(kind=kind).order_by("-version").first()
        rules = (latest.rules if latest else {}) | {"permission": FIRST["permission"]}
        rules = FIRST | rules
        Policy.objects.create(
            kind=kind, version=latest.version + 1 if latest else 1,
            payload=canonical({"kind": kind, "rules": rules}), rules=rules,
            set_by="system:first-day", set_at=at, reason=reason,
        )


# The same moves as accounts/terms/adjustments.py; a test compares them.
LAWFUL = """
CREATE TABLE accounts_lawful_adjustment_move (before text NOT NULL, after text NOT NULL, PRIMARY KEY (before, after));
INSERT INTO accounts_lawful_adjustment_move (before, after) VALUES
    ('APPROVED', 'CANCELLED'),
    ('APPROVED', 'DONE'),
    ('APPROVED', 'REFUSED'),
    ('APPROVED', 'UNCERTAIN'),
    ('REQUESTED', 'APPROVED'),
    ('REQUESTED', 'CANCELLED'),
    ('REQUESTED', 'EXPIRED'),
    ('REQUESTED', 'REJECTED'),
    ('REQUESTED', 'VOID'),
    ('UNCERTAIN', 'APPROVED'),
    ('UNCERTAIN', 'DONE'),
    ('UNCERTAIN', 'REFUSED');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON accounts_lawful_adjustment_move FROM mt4bo_app;
"""

# Whether a request that stands for many names this one; what writes files of many says how.
BATCH = """
CREATE FUNCTION accounts_adjustment_in_batch(asked approvals_approvalrequest, one accounts_adjustment) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$ BEGIN RETURN false; END $$;
"""

ADJUSTMENT = """
CREATE FUNCTION accounts_adjustment_allowed(one accounts_adjustment) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    asked approvals_approvalrequest;
    told jsonb;
BEGIN
    SELECT * INTO asked FROM approvals_approvalrequest r WHERE r.id = one.approval_id;
    IF asked.id IS NULL OR asked.state <> 'EXECUTED' OR NOT approvals_is_complete(asked) THEN
        RETURN false;
    END IF;
    IF asked.subject_kind <> 'adjustment' THEN
        RETURN accounts_adjustment_in_batch(asked, one);
    END IF;
    told := asked.payload::jsonb;
    RETURN asked.subject_key = one.id::text AND asked.asked_by = one.requested_by
        AND asked.kind = CASE one.kind
            WHEN 'correction' THEN 'accounts.correction' WHEN 'reversal' THEN 'accounts.reversal'
            WHEN 'chargeback' THEN 'accounts.chargeback' ELSE 'accounts.credit' END
        AND (told ->> 'kind', told ->> 'account', told ->> 'client', (told ->> 'amount')::numeric, told ->> 'currency',
             told ->> 'reverses', nullif(told ->> 'ends_at', '')::timestamptz)
            IS NOT DISTINCT FROM
            (one.kind, one.account_id::text, one.client_id::text, one.amount, one.currency::text,
             coalesce(one.reverses_ticket::text, ''), one.ends_at);
END
$$;

-- Nobody takes more of a credit than is left of it, nor by the clock before its end.
CREATE FUNCTION accounts_adjustment_takes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    given accounts_adjustment;
    taken numeric;
BEGIN
    SELECT * INTO given FROM accounts_adjustment WHERE id = NEW.credit_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount), 0) INTO taken FROM accounts_adjustment
    WHERE credit_id = NEW.credit_id AND state NOT IN ('REFUSED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'VOID');
    IF given.kind <> 'credit_in' OR given.state <> 'DONE' OR given.account_id <> NEW.account_id
       OR given.amount + taken + NEW.amount < 0 THEN
        RAISE EXCEPTION 'adjustment: less than this is left of credit %', NEW.credit_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_adjustment_left';
    END IF;
    IF NEW.cause = 'ended' AND NEW.requested_at < given.ends_at THEN
        RAISE EXCEPTION 'adjustment: credit % runs until %', NEW.credit_id, given.ends_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_adjustment_runs';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER takes BEFORE INSERT ON accounts_adjustment
    FOR EACH ROW WHEN (NEW.credit_id IS NOT NULL) EXECUTE FUNCTION accounts_adjustment_takes();
ALTER TABLE accounts_adjustment ENABLE ALWAYS TRIGGER takes;

CREATE FUNCTION accounts_adjustment_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    flaw text := '';
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- What a rule takes of a credit begins approved; everything else begins as a request.
        IF NEW.ticket IS NOT NULL OR NEW.entry_id IS NOT NULL OR NEW.reservation_id IS NOT NULL
           OR NOT (NEW.state = 'REQUESTED'
                   OR NEW.state = 'APPROVED' AND NEW.cause IN ('ended', 'burnt') AND NEW.requested_by LIKE 'system:%') THEN
            RAISE EXCEPTION 'adjustment: it begins as a request'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_adjustment_begins';
        END IF;
        RETURN NEW;
    END IF;

    IF OLD.state IN ('DONE', 'REFUSED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'VOID') THEN
        -- Of a credit that was given it is noted, once, that nothing is left.
        IF OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at' THEN
            flaw := 'accounts_adjustment_final';
        END IF;
    ELSIF NEW.state <> OLD.state AND NOT EXISTS (
            SELECT FROM accounts_lawful_adjustment_move WHERE before = OLD.state AND after = NEW.state) THEN
        flaw := 'accounts_adjustment_lawful';
    ELSIF (NEW.id, NEW.key, NEW.kind, NEW.legal_entity_id, NEW.client_id, NEW.account_id, NEW.owner_id, NEW.desk_id,
           NEW.source, NEW.amount, NEW.currency, NEW.cause, NEW.reason, NEW.ends_at, NEW.reverses_ticket, NEW.credit_id,
           NEW.requested_by, NEW.requested_at)
          IS DISTINCT FROM
          (OLD.id, OLD.key, OLD.kind, OLD.legal_entity_id, OLD.client_id, OLD.account_id, OLD.owner_id, OLD.desk_id,
           OLD.source, OLD.amount, OLD.currency, OLD.cause, OLD.reason, OLD.ends_at, OLD.reverses_ticket, OLD.credit_id,
           OLD.requested_by, OLD.requested_at) THEN
        flaw := 'accounts_adjustment_fixed';
    ELSIF OLD.approval_id IS NOT NULL AND NEW.approval_id IS DISTINCT FROM OLD.approval_id THEN
        flaw := 'accounts_adjustment_approval_stays';
    ELSIF OLD.reservation_id IS NOT NULL AND NEW.reservation_id IS DISTINCT FROM OLD.reservation_id THEN
        flaw := 'accounts_adjustment_fixed';
    ELSIF OLD.state = 'REQUESTED' AND NEW.state = 'APPROVED' AND NOT accounts_adjustment_allowed(NEW) THEN
        flaw := 'approvals_request_quorum';
    END IF;
    IF flaw <> '' THEN
        RAISE EXCEPTION 'adjustment %: % to % is refused (%)', OLD.id, OLD.state, NEW.state, flaw
            USING ERRCODE = 'check_violation', CONSTRAINT = flaw;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON accounts_adjustment
    FOR EACH ROW EXECUTE FUNCTION accounts_adjustment_moves();
ALTER TABLE accounts_adjustment ENABLE ALWAYS TRIGGER moves;
"""
UNADJUSTMENT = """
DROP FUNCTION accounts_adjustment_moves() CASCADE;
DROP FUNCTION accounts_adjustment_takes() CASCADE;
DROP FUNCTION accounts_adjustment_allowed(accounts_adjustment);
"""

STAYS = """
CREATE TRIGGER stays BEFORE DELETE ON accounts_adjustment FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON accounts_adjustment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE accounts_adjustment ENABLE ALWAYS TRIGGER stays;
ALTER TABLE accounts_adjustment ENABLE ALWAYS TRIGGER never_emptied;
REVOKE DELETE, TRUNCATE ON accounts_adjustment FROM mt4bo_app;
"""
UNSTAYS = "DROP TRIGGER stays ON accounts_adjustment; DROP TRIGGER never_emptied ON accounts_adjustment;"

# As migration 0012, for what is moved by hand.
OWNER_STAYS = """
CREATE FUNCTION accounts_owner_stays_for_adjustments() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('accounts.money.' || OLD.id, 0));
    IF OLD.client_id IS NOT NULL AND EXISTS (
        SELECT FROM accounts_adjustment
        WHERE account_id = OLD.id AND state IN ('REQUESTED', 'APPROVED', 'UNCERTAIN')) THEN
        RAISE EXCEPTION 'account %: an adjustment is open, its client stays', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_owner_money_under_way';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER owner_stays_for_adjustments BEFORE UPDATE OF client_id ON trading_tradingaccount
    FOR EACH ROW WHEN (OLD.client_id IS DISTINCT FROM NEW.client_id)
    EXECUTE FUNCTION accounts_owner_stays_for_adjustments();
ALTER TABLE trading_tradingaccount ENABLE ALWAYS TRIGGER owner_stays_for_adjustments;
"""
WATCH = (
    "SELECT audit_watch('accounts_adjustment', subject_kind => 'client', subject_column => 'client_id', "
    "personal => '{reason,closed_because}')"
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0023_adjustments"), ("approvals", "0009_proof_of_votes"), ("audit", "0001_initial"),
        ("core", "0002_events_only_grow"), ("trading", "0015_value_dates"),
    ]

    operations = [
        migrations.RunPython(decide, migrations.RunPython.noop),
        migrations.RunSQL(LAWFUL, "DROP TABLE accounts_lawful_adjustment_move"),
        migrations.RunSQL(
            BATCH, "DROP FUNCTION accounts_adjustment_in_batch(approvals_approvalrequest, accounts_adjustment)"
        ),
        migrations.RunSQL(ADJUSTMENT, UNADJUSTMENT),
        migrations.RunSQL(STAYS, UNSTAYS),
        migrations.RunSQL(OWNER_STAYS, "DROP FUNCTION accounts_owner_stays_for_adjustments() CASCADE"),
        migrations.RunSQL(WATCH, "SELECT audit_unwatch('accounts_adjustment')"),
    ]
