"""Terms hold by two people; what leaves a wallet leaves it by a complete approval; fees stay."""

import json

from django.db import migrations

KIND = "accounts.method_terms"
RULES = {
    "permission": "accounts.method_terms.decide",
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


# A version holds only as it was agreed on; it is never edited.
TERMS = """
CREATE FUNCTION accounts_terms_agreed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM approvals_approvalrequest r
        WHERE r.id = NEW.approval_id AND r.kind = 'accounts.method_terms' AND r.state = 'EXECUTED'
          AND r.subject_key = NEW.method_id::text AND r.asked_by = NEW.set_by
          AND (r.payload::jsonb ->> 'method', r.payload::jsonb ->> 'direction', r.payload::jsonb ->> 'country')
              = (NEW.method_id::text, NEW.direction, NEW.country)
          AND (nullif(r.payload::jsonb ->> 'minimum', '')::numeric, nullif(r.payload::jsonb ->> 'maximum', '')::numeric,
               nullif(r.payload::jsonb ->> 'day_limit', '')::numeric, nullif(r.payload::jsonb ->> 'month_limit', '')::numeric,
               (r.payload::jsonb ->> 'fee_percent')::numeric, (r.payload::jsonb ->> 'fee_fixed')::numeric,
               (r.payload::jsonb ->> 'provider_percent')::numeric, (r.payload::jsonb ->> 'provider_fixed')::numeric,
               (r.payload::jsonb ->> 'decide_hours')::integer, (r.payload::jsonb ->> 'pay_hours')::integer,
               r.payload::jsonb ->> 'notices', r.payload::jsonb ->> 'is_offered' = 'yes')
              IS NOT DISTINCT FROM
              (NEW.minimum, NEW.maximum, NEW.day_limit, NEW.month_limit, NEW.fee_percent, NEW.fee_fixed,
               NEW.provider_percent, NEW.provider_fixed, NEW.decide_hours, NEW.pay_hours,
               array_to_string(NEW.notices, ','), NEW.is_offered)) THEN
        RAISE EXCEPTION 'terms of method %: nobody agreed to them', NEW.method_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_terms_agreed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER agreed BEFORE INSERT ON accounts_methodterms FOR EACH ROW EXECUTE FUNCTION accounts_terms_agreed();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON accounts_methodterms FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON accounts_methodterms FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE accounts_methodterms ENABLE ALWAYS TRIGGER agreed;
ALTER TABLE accounts_methodterms ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE accounts_methodterms ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_methodterms FROM mt4bo_app;
"""
UNTERMS = """
DROP FUNCTION accounts_terms_agreed() CASCADE;
DROP TRIGGER only_grows ON accounts_methodterms; DROP TRIGGER never_emptied ON accounts_methodterms;
"""

# What a method itself says of deposits stands since it was set up: other limits and fees are terms.
METHOD = """
CREATE FUNCTION accounts_method_agreed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'method %: other limits and fees are terms that two people agree to', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_method_agreed';
END
$$;
CREATE TRIGGER agreed BEFORE UPDATE OF fee_percent, minimum, maximum ON accounts_paymentmethod FOR EACH ROW
    WHEN ((NEW.fee_percent, NEW.minimum, NEW.maximum) IS DISTINCT FROM (OLD.fee_percent, OLD.minimum, OLD.maximum))
    EXECUTE FUNCTION accounts_method_agreed();
ALTER TABLE accounts_paymentmethod ENABLE ALWAYS TRIGGER agreed;
"""
UNMETHOD = "DROP FUNCTION accounts_method_agreed() CASCADE"

# What the debit in MetaTrader proves for an account, the carried-out approval and the books prove for a wallet.
WALLET = """
CREATE FUNCTION accounts_payment_wallet() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (NEW.from_wallet, NEW.own_fee) IS DISTINCT FROM (OLD.from_wallet, OLD.own_fee) THEN
        RAISE EXCEPTION 'payment %: where it comes from and our fee never change', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_fixed';
    END IF;
    IF NEW.provider_fee <> OLD.provider_fee AND NOT (NEW.state = 'PAID' AND OLD.state <> 'PAID') THEN
        RAISE EXCEPTION 'payment %: what the provider takes is said when it is paid', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_fixed';
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF NEW.state = 'APPROVED' AND OLD.state IN ('REQUESTED', 'WAITING_CLIENT') AND NOT EXISTS (
        SELECT FROM approvals_approvalrequest r WHERE r.id = NEW.approval_id
          AND (coalesce(r.payload::jsonb ->> 'wallet', '') = 'yes') = NEW.from_wallet
          AND coalesce((r.payload::jsonb ->> 'fee')::numeric, 0) = NEW.own_fee) THEN
        RAISE EXCEPTION 'payment %: something else was approved', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_seat';
    END IF;
    IF NOT NEW.from_wallet THEN
        RETURN NEW;
    END IF;
    IF NEW.state = 'DEBITED' AND OLD.state = 'APPROVED' AND NOT EXISTS (
        SELECT FROM approvals_approvalrequest r
        WHERE r.id = NEW.approval_id AND r.kind = 'accounts.withdrawal' AND r.state = 'EXECUTED'
          AND r.subject_key = NEW.id::text AND r.amount = NEW.amount AND approvals_is_complete(r)) THEN
        RAISE EXCEPTION 'payment %: no complete approval lets it leave the wallet', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_request_quorum';
    END IF;
    IF NEW.state = 'DEBITED' AND NOT EXISTS (
        SELECT FROM accounts_entry e WHERE e.of_id = NEW.reservation_id AND e.act = 'settle') THEN
        RAISE EXCEPTION 'payment %: it has not left the wallet by the books', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_wallet_books';
    END IF;
    IF NEW.state = 'RETURNED' AND NOT EXISTS (
        SELECT FROM accounts_entry e JOIN accounts_entry back ON back.of_id = e.id AND back.act = 'reverse'
        WHERE e.of_id = NEW.reservation_id AND e.act = 'settle') THEN
        RAISE EXCEPTION 'payment %: it is not back in the wallet by the books', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_wallet_books';
    END IF;
    RETURN NEW;
END
$$;
-- Most moves of a withdrawal from an account are none of its business, and do not call it.
CREATE TRIGGER wallet BEFORE UPDATE ON accounts_payment FOR EACH ROW
    WHEN (NEW.from_wallet OR OLD.from_wallet OR (NEW.state = 'APPROVED' AND OLD.state <> 'APPROVED')
          OR (NEW.own_fee, NEW.provider_fee) IS DISTINCT FROM (OLD.own_fee, OLD.provider_fee))
    EXECUTE FUNCTION accounts_payment_wallet();
ALTER TABLE accounts_payment ENABLE ALWAYS TRIGGER wallet;
CREATE FUNCTION accounts_wallet_has_no_leg() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM accounts_payment p WHERE p.id = NEW.payment_id AND p.from_wallet) THEN
        RAISE EXCEPTION 'payment %: what leaves a wallet has no leg in MetaTrader', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_wallet_has_no_leg';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER no_leg BEFORE INSERT ON accounts_paymentoperation
    FOR EACH ROW EXECUTE FUNCTION accounts_wallet_has_no_leg();
ALTER TABLE accounts_paymentoperation ENABLE ALWAYS TRIGGER no_leg;
"""
UNWALLET = """
DROP FUNCTION accounts_payment_wallet() CASCADE;
DROP FUNCTION accounts_wallet_has_no_leg() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0041_terms"), ("approvals", "0012_who_else_gains"), ("audit", "0001_initial"),
        ("core", "0005_short_checks"),
    ]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunSQL(TERMS, UNTERMS),
        migrations.RunSQL(METHOD, UNMETHOD),
        migrations.RunSQL(WALLET, UNWALLET),
        migrations.RunSQL("SELECT shorten_checks('accounts_payment')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT audit_watch('accounts_methodterms')", "SELECT audit_unwatch('accounts_methodterms')"),
    ]
