"""Withdrawals are approved on the house's engine: their seats become its requests and votes."""

import django.db.models.deletion
from django.db import migrations, models

# Seats of before, one request each, as the engine would have written them.
MOVE = """
ALTER TABLE approvals_approvalrequest DISABLE TRIGGER USER;
ALTER TABLE approvals_approvalvote DISABLE TRIGGER USER;
ALTER TABLE accounts_payment DISABLE TRIGGER moves;

INSERT INTO approvals_approvalrequest (
    key, kind, subject_kind, subject_key, client_id, amount, currency, payload, payload_digest, asked_facts, picture,
    facts, facts_digest, reason, asked_by, asked_at, asked_session, asked_device, policy_id, permission, seats,
    deadline_at, state, round, ballots, granted_at, review_at, executed_at, closed_by, closed_at, closed_reason,
    reviewed_by, reviewed_at)
SELECT gen_random_uuid(), 'accounts.withdrawal', 'payment', p.id::text, p.client_id, p.amount, p.currency,
       told.payload, approvals_digest(told.payload), told.facts, seat.picture, told.facts, approvals_digest(told.facts),
       p.note, p.requested_by, seat.opened_at, '', '', policy.id, 'accounts.withdrawal.approve', '[[]]', NULL,
       told.state, 1, CASE WHEN seat.decided_by = '' THEN 0 ELSE 1 END,
       CASE WHEN told.state IN ('GRANTED', 'EXECUTED') THEN seat.decided_at END, NULL,
       CASE WHEN told.state = 'EXECUTED' THEN seat.decided_at END,
       CASE told.state WHEN 'REFUSED' THEN seat.decided_by WHEN 'VOIDED' THEN 'system:migration' ELSE '' END,
       CASE told.state WHEN 'REFUSED' THEN seat.decided_at WHEN 'VOIDED' THEN seat.voided_at END,
       CASE WHEN told.state IN ('REFUSED', 'VOIDED') THEN seat.reason ELSE '' END, '', NULL
FROM accounts_paymentapproval seat
JOIN accounts_payment p ON p.id = seat.payment_id
JOIN approvals_approvalpolicy policy ON policy.kind = 'accounts.withdrawal' AND policy.version = 1
CROSS JOIN LATERAL (SELECT
    '{"account":' || to_json(p.account_id::text) || ',"amount":'
        || to_json(round(p.amount, currency_digits(p.currency))::text) || ',"client":' || to_json(p.client_id::text)
        || ',"currency":' || to_json(p.currency) || ',"holder":' || to_json(p.holder)
        || ',"method":' || to_json(p.method_id::text) || ',"payment":' || to_json(p.id::text)
        || ',"requested_by":' || to_json(p.requested_by) || ',"requisite":' || to_json(p.requisite_key) || '}' AS payload,
    CASE seat.fingerprint WHEN '' THEN 'before' ELSE seat.fingerprint END AS facts,
    CASE WHEN seat.state = 'REJECTED' THEN 'REFUSED'
         WHEN seat.state <> 'APPROVED' THEN seat.state
         WHEN EXISTS (SELECT FROM accounts_paymentoperation o WHERE o.payment_id = p.id AND o.leg = 'debit') THEN 'EXECUTED'
         ELSE 'GRANTED' END AS state) AS told
ORDER BY seat.id;

INSERT INTO approvals_approvalvote (
    request_id, voter_id, verdict, reason, payload_digest, facts, picture, session_digest, device_digest, stepped_up,
    cast_at, round, seat, for_user_id, facts_digest, completes, voids)
SELECT r.id, substring(seat.decided_by FROM '[0-9]+')::bigint,
       CASE WHEN r.state = 'REFUSED' THEN 'REFUSE' ELSE 'AGREE' END, seat.reason, r.payload_digest, r.facts,
       seat.picture, '', '', false, seat.decided_at, 1, 0, NULL, r.facts_digest, r.state <> 'REFUSED', 0
FROM approvals_approvalrequest r
JOIN accounts_paymentapproval seat ON seat.payment_id::text = r.subject_key AND seat.opened_at = r.asked_at
WHERE r.kind = 'accounts.withdrawal' AND seat.decided_by ~ '^staff:[0-9]+$';

UPDATE accounts_payment p SET approval_id = (
    SELECT max(r.id) FROM approvals_approvalrequest r
    WHERE r.kind = 'accounts.withdrawal' AND r.subject_key = p.id::text);

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE accounts_payment ENABLE ALWAYS TRIGGER moves;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER begins;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER moves;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER stays;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER never_emptied;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER cast_by_another;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER counts;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER never_emptied;
"""

PAYMENT = """
CREATE OR REPLACE FUNCTION accounts_payment_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'REQUESTED' OR NEW.approved_by <> '' THEN
            RAISE EXCEPTION 'payment: it begins as a request'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_begins';
        END IF;
        RETURN NEW;
    END IF;

    IF OLD.state IN ('PAID', 'REJECTED', 'CANCELLED', 'REFUSED', 'RETURNED') THEN
        RAISE EXCEPTION 'payment %: % is final', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_final';
    END IF;
    IF NEW.state <> OLD.state
       AND NOT EXISTS (SELECT FROM accounts_lawful_move WHERE before = OLD.state AND after = NEW.state) THEN
        RAISE EXCEPTION 'payment %: nothing leads from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_lawful';
    END IF;
    IF (NEW.id, NEW.key, NEW.kind, NEW.legal_entity_id, NEW.client_id, NEW.account_id, NEW.currency,
        NEW.requested_by, NEW.requested_at, NEW.reservation_id)
       IS DISTINCT FROM
       (OLD.id, OLD.key, OLD.kind, OLD.legal_entity_id, OLD.client_id, OLD.account_id, OLD.currency,
        OLD.requested_by, OLD.requested_at, OLD.reservation_id) THEN
        RAISE EXCEPTION 'payment %: whose it is and who asked never change', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_fixed';
    END IF;
    IF NEW.approval_id <> OLD.approval_id AND NOT (OLD.state = 'APPROVED' AND NEW.state = 'REQUESTED') THEN
        RAISE EXCEPTION 'payment %: its approval is asked for again only when it is void', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_approval_stays';
    END IF;
    IF OLD.state NOT IN ('REQUESTED', 'WAITING_CLIENT')
       AND (NEW.amount, NEW.method_id, NEW.requisite, NEW.requisite_key, NEW.holder)
           IS DISTINCT FROM (OLD.amount, OLD.method_id, OLD.requisite, OLD.requisite_key, OLD.holder) THEN
        RAISE EXCEPTION 'payment %: amount and requisite are fixed once approved', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_amount_fixed';
    END IF;

    -- Who approved changes only with the approval: given with it, taken away when it is void.
    IF NEW.state = 'APPROVED' AND OLD.state IN ('REQUESTED', 'WAITING_CLIENT') THEN
        IF NOT EXISTS (
            SELECT FROM approvals_approvalrequest r JOIN approvals_approvalvote v
                ON v.request_id = r.id AND v.round = r.round AND v.verdict = 'AGREE'
                AND 'staff:' || v.voter_id = NEW.approved_by
            WHERE r.id = NEW.approval_id AND r.kind = 'accounts.withdrawal' AND r.state = 'GRANTED'
              AND r.subject_key = NEW.id::text AND r.asked_by = NEW.requested_by
              AND (r.amount, r.currency) = (NEW.amount, NEW.currency)
              AND (r.payload::jsonb ->> 'account', r.payload::jsonb ->> 'method', r.payload::jsonb ->> 'requisite',
                   r.payload::jsonb ->> 'holder', (r.payload::jsonb ->> 'amount')::numeric)
                  = (NEW.account_id::text, NEW.method_id::text, NEW.requisite_key, NEW.holder, NEW.amount)) THEN
            RAISE EXCEPTION 'payment %: nobody approved it', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_seat';
        END IF;
    ELSIF NEW.state = 'REQUESTED' AND OLD.state = 'APPROVED' THEN
        IF NEW.approved_by <> '' THEN
            RAISE EXCEPTION 'payment %: its approval is void', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_seat';
        END IF;
    ELSIF NEW.approved_by <> OLD.approved_by THEN
        RAISE EXCEPTION 'payment %: it was approved by %', OLD.id, OLD.approved_by
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_seat';
    END IF;
    RETURN NEW;
END
$$;
"""

# A debit is planned only by a complete approval that still stands, and so carries that approval out.
DEBIT = """
CREATE FUNCTION accounts_debit_approved() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    asked approvals_approvalrequest;
BEGIN
    IF NEW.leg <> 'debit' THEN
        RETURN NEW;
    END IF;
    SELECT r.* INTO asked FROM approvals_approvalrequest r JOIN accounts_payment p ON p.approval_id = r.id
    WHERE p.id = NEW.payment_id AND p.state = 'APPROVED' AND r.kind = 'accounts.withdrawal'
      AND r.subject_key = p.id::text AND r.amount = p.amount
    FOR NO KEY UPDATE OF r;
    IF asked.state = 'GRANTED' THEN
        UPDATE approvals_approvalrequest SET state = 'EXECUTED', executed_at = NEW.planned_at WHERE id = asked.id;
    ELSIF asked.state = 'EXECUTED' AND approvals_is_complete(asked) THEN
        NULL;  -- another attempt at what was allowed, after the first was proved absent
    ELSE
        RAISE EXCEPTION 'payment %: no complete approval allows its debit', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_request_quorum';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER debit_approved BEFORE INSERT ON accounts_paymentoperation
    FOR EACH ROW EXECUTE FUNCTION accounts_debit_approved();
ALTER TABLE accounts_paymentoperation ENABLE ALWAYS TRIGGER debit_approved;
"""

GONE = """
SELECT audit_unwatch('accounts_paymentapproval');
ALTER TABLE accounts_paymentapproval DROP CONSTRAINT accounts_paymentapproval_maker;
DROP FUNCTION accounts_approval_moves() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_deposits_guarded"), ("approvals", "0003_first_policies")]
    run_before = [("approvals", "0011_fixed_by_column")]  # its guard would sleep on

    operations = [
        migrations.AddField(
            "payment",
            "approval",
            models.OneToOneField(
                "approvals.ApprovalRequest", null=True, editable=False,
                on_delete=django.db.models.deletion.PROTECT, related_name="+",
            ),
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.AlterField(
            "payment",
            "approval",
            models.OneToOneField(
                "approvals.ApprovalRequest", editable=False,
                on_delete=django.db.models.deletion.PROTECT, related_name="+",
            ),
        ),
        migrations.RunSQL(PAYMENT, migrations.RunSQL.noop),
        migrations.RunSQL(DEBIT, "DROP FUNCTION accounts_debit_approved() CASCADE"),
        migrations.RunSQL(GONE, migrations.RunSQL.noop),
        migrations.DeleteModel("PaymentApproval"),
        migrations.RemoveConstraint("payment", "accounts_payment_maker"),
    ]
