"""Deposits in review are decided on the house's engine; nobody sends on what their own integration asked for."""

import json

import django.db.models.deletion
from django.db import migrations, models

KIND = "accounts.deposit"


def canonical(told):
    """RFC 8785 of text, whole numbers as text, lists and words only: what core.canonical writes."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def decide(apps, schema_editor):
    """Whoever may decide about deposits decides; money in review waits as long as it has to."""
    Policy = apps.get_model("approvals", "ApprovalPolicy")
    latest = Policy.objects.filter(kind=KIND).order_by("-version").first()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (at,) = cursor.fetchone()
    rules = latest.rules | {"permission": "accounts.deposit.decide", "hours": "0"}
    Policy.objects.create(
        kind=KIND, version=latest.version + 1, payload=canonical({"kind": KIND, "rules": rules}), rules=rules,
        set_by="system:first-day", set_at=at, reason="Deposits that a rule stopped are decided on the engine",
    )


# Who began a deposit asks about it whenever a rule stops it, though they may have left by then.
BEGUN = """
CREATE OR REPLACE FUNCTION approvals_is_begun(kind text, subject_kind text, subject_key text, asker text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN kind = 'accounts.deposit' AND subject_kind = 'deposit' AND EXISTS (
        SELECT FROM accounts_deposit d WHERE d.id::text = subject_key AND d.started_by = asker);
END $$;
"""
UNBEGUN = """
CREATE OR REPLACE FUNCTION approvals_is_begun(kind text, subject_kind text, subject_key text, asker text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$ BEGIN RETURN false; END $$;
"""

# What stands in review today is asked for, as the engine would have asked; what was accepted keeps who did.
MOVE = """
ALTER TABLE approvals_approvalrequest DISABLE TRIGGER USER;
ALTER TABLE approvals_approvalvote DISABLE TRIGGER USER;
ALTER TABLE accounts_deposit DISABLE TRIGGER moves;

INSERT INTO approvals_approvalrequest (
    key, kind, subject_kind, subject_key, client_id, amount, currency, payload, payload_digest, asked_facts, picture,
    facts, facts_digest, reason, asked_by, asked_at, asked_session, asked_device, policy_id, permission, seats,
    deadline_at, state, round, ballots, granted_at, review_at, executed_at, closed_by, closed_at, closed_reason,
    reviewed_by, reviewed_at)
SELECT gen_random_uuid(), 'accounts.deposit', 'deposit', d.id::text, d.client_id, d.received_amount,
       d.received_currency, told.payload, approvals_digest(told.payload), 'before', '{}', 'before',
       approvals_digest('before'), d.review_code, d.started_by, d.received_at, '', '', policy.id,
       'accounts.deposit.decide', '[[]]', NULL,
       CASE WHEN d.accepted_by = '' THEN 'WAITING' WHEN told.is_planned THEN 'EXECUTED' ELSE 'GRANTED' END, 1,
       CASE WHEN d.accepted_by = '' THEN 0 ELSE 1 END, d.accepted_at, NULL,
       CASE WHEN d.accepted_by <> '' AND told.is_planned THEN d.accepted_at END, '', NULL, '', '', NULL
FROM accounts_deposit d
JOIN approvals_approvalpolicy policy ON policy.kind = 'accounts.deposit'
    AND policy.version = (SELECT max(version) FROM approvals_approvalpolicy WHERE kind = 'accounts.deposit')
CROSS JOIN LATERAL (SELECT
    '{"account":' || to_json(d.account_id::text) || ',"amount":'
        || to_json(round(d.received_amount, currency_digits(d.received_currency))::text)
        || ',"client":' || to_json(d.client_id::text)
        || ',"credit":' || to_json(round(d.credit_amount, currency_digits(d.currency))::text)
        || ',"currency":' || to_json(d.received_currency) || ',"deposit":' || to_json(d.id::text)
        || ',"method":' || to_json(d.method_id::text) || ',"payer":' || to_json(d.payer_key)
        || ',"reference":' || to_json(d.provider_reference) || ',"started_by":' || to_json(d.started_by) || '}' AS payload,
    EXISTS (SELECT FROM accounts_depositoperation o
            WHERE o.deposit_id = d.id AND o.planned_at >= d.accepted_at) AS is_planned) AS told
WHERE d.state = 'IN_REVIEW' OR d.accepted_by <> ''
ORDER BY d.id;

INSERT INTO approvals_approvalvote (
    request_id, voter_id, verdict, reason, payload_digest, facts, picture, session_digest, device_digest, stepped_up,
    cast_at, round, seat, for_user_id, facts_digest, completes, voids)
SELECT r.id, substring(d.accepted_by FROM '[0-9]+')::bigint, 'AGREE', d.accept_reason, r.payload_digest, r.facts,
       '{}', '', '', false, d.accepted_at, 1, 0, NULL, r.facts_digest, true, 0
FROM approvals_approvalrequest r JOIN accounts_deposit d ON d.id::text = r.subject_key
WHERE r.kind = 'accounts.deposit' AND d.accepted_by ~ '^staff:[0-9]+$';

UPDATE accounts_deposit d SET approval_id = r.id
FROM approvals_approvalrequest r WHERE r.kind = 'accounts.deposit' AND r.subject_key = d.id::text;

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE accounts_deposit ENABLE ALWAYS TRIGGER moves;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER begins;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER moves;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER stays;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER never_emptied;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER cast_by_another;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER counts;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER never_emptied;
"""

# Beside the trigger of 0012: what a rule stopped moves on by its approval only.
DECIDED = """
CREATE FUNCTION accounts_deposit_decided() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    asked approvals_approvalrequest;
    flaw text := '';
BEGIN
    SELECT * INTO asked FROM approvals_approvalrequest r
    WHERE r.id = NEW.approval_id AND r.kind = 'accounts.deposit' AND r.subject_kind = 'deposit'
      AND r.subject_key = NEW.id::text AND r.asked_by = NEW.started_by;
    IF NEW.approval_id IS NOT NULL AND (asked.id IS NULL
        OR (asked.amount, asked.currency) IS DISTINCT FROM (NEW.received_amount, NEW.received_currency)
        OR (asked.payload::jsonb ->> 'account', asked.payload::jsonb ->> 'reference',
            (asked.payload::jsonb ->> 'credit')::numeric)
           IS DISTINCT FROM (NEW.account_id::text, NEW.provider_reference, NEW.credit_amount)) THEN
        flaw := 'accounts_deposit_approval';
    ELSIF NEW.state = 'IN_REVIEW' AND NEW.approval_id IS NULL THEN
        flaw := 'accounts_deposit_approval';
    ELSIF NEW.accepted_by <> OLD.accepted_by AND NEW.accepted_by <> '' AND (
        asked.state IS DISTINCT FROM 'GRANTED' OR NOT EXISTS (
            SELECT FROM approvals_approvalvote v
            WHERE v.request_id = asked.id AND v.round = asked.round AND v.verdict = 'AGREE'
              AND 'staff:' || v.voter_id = NEW.accepted_by)) THEN
        flaw := 'accounts_deposit_unaccepted';
    ELSIF OLD.state = 'IN_REVIEW' AND NEW.state IN ('CREDITED', 'UNCERTAIN')
          AND asked.state IS DISTINCT FROM 'EXECUTED' THEN
        flaw := 'accounts_deposit_unaccepted';
    ELSIF OLD.state = 'IN_REVIEW' AND NEW.state = 'RETURNING'
          AND (coalesce(asked.state, '') NOT IN ('REFUSED', 'VOIDED')
               OR asked.closed_by IS DISTINCT FROM NEW.returned_by) THEN
        flaw := 'accounts_deposit_unreturned';
    END IF;
    IF flaw <> '' THEN
        RAISE EXCEPTION 'deposit %: nobody decided that (%)', OLD.id, flaw
            USING ERRCODE = 'check_violation', CONSTRAINT = flaw;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER decided BEFORE UPDATE OF state, approval_id, accepted_by ON accounts_deposit
    FOR EACH ROW EXECUTE FUNCTION accounts_deposit_decided();
ALTER TABLE accounts_deposit ENABLE ALWAYS TRIGGER decided;
"""

# A credit of what was stopped is planned by a complete approval that still stands, and carries that out.
CREDIT = """
CREATE FUNCTION accounts_credit_approved() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    asked approvals_approvalrequest;
BEGIN
    IF EXISTS (SELECT FROM accounts_deposit d
               WHERE d.id = NEW.deposit_id AND d.state = 'RECEIVED' AND d.approval_id IS NULL) THEN
        RETURN NEW;  -- no rule stopped it
    END IF;
    SELECT r.* INTO asked FROM approvals_approvalrequest r JOIN accounts_deposit d ON d.approval_id = r.id
    WHERE d.id = NEW.deposit_id AND d.accepted_by <> '' AND r.kind = 'accounts.deposit'
      AND r.subject_key = d.id::text AND r.amount = d.received_amount
    FOR NO KEY UPDATE OF r;
    IF asked.state = 'GRANTED' THEN
        UPDATE approvals_approvalrequest SET state = 'EXECUTED', executed_at = NEW.planned_at WHERE id = asked.id;
    ELSIF asked.state = 'EXECUTED' AND approvals_is_complete(asked) THEN
        NULL;  -- another attempt at what was allowed, after the first was proved absent
    ELSE
        RAISE EXCEPTION 'deposit %: no complete approval allows its credit', NEW.deposit_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_request_quorum';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER credit_approved BEFORE INSERT ON accounts_depositoperation
    FOR EACH ROW EXECUTE FUNCTION accounts_credit_approved();
ALTER TABLE accounts_depositoperation ENABLE ALWAYS TRIGGER credit_approved;
"""

# The second pair of eyes on a payout is not that of a hand of the integration that asked for it.
HANDS = """
CREATE FUNCTION accounts_payment_hands_apart() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    one text;
BEGIN
    FOREACH one IN ARRAY ARRAY[NEW.rejected_by, NEW.sent_by, NEW.confirmed_by, NEW.returned_by] LOOP
        IF one LIKE 'staff:%' AND approvals_has_hand(substring(one FROM '^staff:([0-9]+)$')::bigint, NEW.requested_by) THEN
            RAISE EXCEPTION 'payment %: % had a hand in the integration that asked', OLD.id, one
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_hands_apart';
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;
CREATE TRIGGER hands_apart BEFORE UPDATE OF rejected_by, sent_by, confirmed_by, returned_by ON accounts_payment
    FOR EACH ROW WHEN (NEW.requested_by LIKE 'machine:%'
        AND (NEW.rejected_by, NEW.sent_by, NEW.confirmed_by, NEW.returned_by)
            IS DISTINCT FROM (OLD.rejected_by, OLD.sent_by, OLD.confirmed_by, OLD.returned_by))
    EXECUTE FUNCTION accounts_payment_hands_apart();
ALTER TABLE accounts_payment ENABLE ALWAYS TRIGGER hands_apart;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_closed_loop"), ("approvals", "0007_begun_before")]
    run_before = [("approvals", "0011_fixed_by_column")]  # its guard would sleep on

    operations = [
        migrations.AddField("deposit", "started_session", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField("deposit", "started_device", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField(
            "deposit",
            "approval",
            models.OneToOneField(
                "approvals.ApprovalRequest", null=True, editable=False,
                on_delete=django.db.models.deletion.PROTECT, related_name="+",
            ),
        ),
        migrations.RunPython(decide, migrations.RunPython.noop),
        migrations.RunSQL(BEGUN, UNBEGUN),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RunSQL(DECIDED, "DROP FUNCTION accounts_deposit_decided() CASCADE"),
        migrations.RunSQL(CREDIT, "DROP FUNCTION accounts_credit_approved() CASCADE"),
        migrations.RunSQL(HANDS, "DROP FUNCTION accounts_payment_hands_apart() CASCADE"),
    ]
