"""Commands about accounts are confirmed on the house's engine: what was decided becomes requests and votes."""

import django.db.models.deletion
from django.db import migrations, models

MOVE = """
ALTER TABLE approvals_approvalrequest DISABLE TRIGGER USER;
ALTER TABLE approvals_approvalvote DISABLE TRIGGER USER;
ALTER TABLE trading_accountcommand DISABLE TRIGGER moves;

INSERT INTO approvals_approvalrequest (
    key, kind, subject_kind, subject_key, client_id, amount, currency, payload, payload_digest, asked_facts, picture,
    facts, facts_digest, reason, asked_by, asked_at, asked_session, asked_device, policy_id, permission, seats,
    deadline_at, state, round, ballots, granted_at, review_at, executed_at, closed_by, closed_at, closed_reason,
    reviewed_by, reviewed_at)
SELECT c.key, told.kind, 'account_command', c.id::text, c.client_id, NULL, '', c.payload, c.fingerprint, 'before',
       '{}', 'before', approvals_digest('before'), c.reason, c.requested_by, c.requested_at, '', '', policy.id,
       'trading.account.confirm', '[[]]', c.expires_at, told.state, 1,
       CASE WHEN c.decided_fingerprint = '' THEN 0 ELSE 1 END,
       CASE WHEN told.state = 'EXECUTED' THEN c.decided_at END, NULL,
       CASE WHEN told.state = 'EXECUTED' THEN c.decided_at END,
       CASE WHEN told.state IN ('WAITING', 'EXECUTED') THEN ''
            WHEN c.decided_by = '' THEN 'system:migration' ELSE c.decided_by END,
       CASE WHEN told.state IN ('WAITING', 'EXECUTED') THEN NULL ELSE c.changed_at END,
       CASE WHEN told.state IN ('WAITING', 'EXECUTED') THEN ''
            WHEN c.decision_note = '' THEN lower(c.state) ELSE c.decision_note END, '', NULL
FROM trading_accountcommand c
CROSS JOIN LATERAL (SELECT
    CASE WHEN c.verb IN ('leverage', 'group') THEN 'trading.account_change'
         WHEN c.verb = 'delete' THEN 'trading.account_deletion' ELSE 'trading.account_release' END AS kind,
    CASE c.state WHEN 'WAITING' THEN 'WAITING' WHEN 'DECLINED' THEN 'REFUSED' WHEN 'CANCELLED' THEN 'CANCELLED'
         WHEN 'EXPIRED' THEN 'EXPIRED' WHEN 'STALE' THEN 'VOIDED' ELSE 'EXECUTED' END AS state) AS told
JOIN approvals_approvalpolicy policy ON policy.kind = told.kind AND policy.version = 1
WHERE c.danger <> '';

INSERT INTO approvals_approvalvote (
    request_id, voter_id, verdict, reason, payload_digest, facts, picture, session_digest, device_digest, stepped_up,
    cast_at, round, seat, for_user_id, facts_digest, completes, voids)
SELECT r.id, substring(c.decided_by FROM '[0-9]+')::bigint,
       CASE c.state WHEN 'DECLINED' THEN 'REFUSE' ELSE 'AGREE' END, c.decision_note, r.payload_digest, r.facts, '{}', '',
       '', false, c.decided_at, 1, 0, NULL, r.facts_digest, c.state <> 'DECLINED', 0
FROM trading_accountcommand c JOIN approvals_approvalrequest r ON r.key = c.key
WHERE c.decided_by ~ '^staff:[0-9]+$' AND c.decided_at IS NOT NULL AND c.state <> 'CANCELLED';

UPDATE trading_accountcommand c SET approval_id = r.id FROM approvals_approvalrequest r WHERE r.key = c.key;

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE trading_accountcommand ENABLE ALWAYS TRIGGER moves;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER begins;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER moves;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER stays;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER never_emptied;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER cast_by_another;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER counts;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER never_emptied;
"""

# READY only by a complete approval of exactly this text; what needs none begins so.
GUARD = """
CREATE OR REPLACE FUNCTION trading_command_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF (NEW.approval_id IS NULL) = (NEW.danger <> '' OR NEW.verb IN ('disable', 'forbid'))
           OR NEW.state <> (CASE WHEN NEW.approval_id IS NULL THEN 'READY' ELSE 'WAITING' END) THEN
            RAISE EXCEPTION 'account command: it begins undecided'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'trading_command_begins';
        END IF;
    ELSE
        IF (NEW.key, NEW.marker, NEW.server_id, NEW.login, NEW.client_id, NEW.verb, NEW.payload,
            NEW.fingerprint, NEW.danger, NEW.reason, NEW.requested_by, NEW.requested_at, NEW.approval_id)
           IS DISTINCT FROM
           (OLD.key, OLD.marker, OLD.server_id, OLD.login, OLD.client_id, OLD.verb, OLD.payload,
            OLD.fingerprint, OLD.danger, OLD.reason, OLD.requested_by, OLD.requested_at, OLD.approval_id) THEN
            RAISE EXCEPTION 'account command %: what was asked for never changes', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'trading_command_fixed';
        END IF;
        IF NEW.state <> OLD.state AND NOT EXISTS (
            SELECT FROM trading_lawful_order WHERE before = OLD.state AND after = NEW.state) THEN
            RAISE EXCEPTION 'account command %: % cannot follow %', OLD.id, NEW.state, OLD.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'trading_command_moves';
        END IF;
        IF OLD.state = 'WAITING' AND NEW.state = 'READY' AND NOT EXISTS (
            SELECT FROM approvals_approvalrequest r
            WHERE r.id = NEW.approval_id AND r.state = 'EXECUTED' AND r.subject_key = NEW.id::text
              AND r.kind = CASE WHEN NEW.verb IN ('leverage', 'group') THEN 'trading.account_change'
                                WHEN NEW.verb IN ('disable', 'forbid') THEN 'trading.account_suspension'
                                WHEN NEW.verb = 'delete' THEN 'trading.account_deletion'
                                ELSE 'trading.account_release' END
              AND r.payload_digest = NEW.fingerprint AND r.asked_by = NEW.requested_by
              AND approvals_is_complete(r)) THEN
            RAISE EXCEPTION 'account command %: nobody agreed to it', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'trading_command_approved';
        END IF;
    END IF;
    IF NEW.fingerprint <> encode(sha256(convert_to(NEW.payload, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'account command: the fingerprint is not its payload''s'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'trading_command_fingerprint';
    END IF;
    RETURN NEW;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("trading", "0012_snoozed_alerts"), ("approvals", "0005_watched")]
    # It wakes the guards that it knows; one that is made before it would sleep on.
    run_before = [("approvals", "0011_fixed_by_column")]

    operations = [
        migrations.AddField(
            "accountcommand",
            "approval",
            models.OneToOneField(
                "approvals.ApprovalRequest", null=True, editable=False,
                on_delete=django.db.models.deletion.PROTECT, related_name="+",
            ),
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.RemoveConstraint("accountcommand", "trading_accountcommand_maker"),
        migrations.RemoveConstraint("accountcommand", "trading_accountcommand_second"),
        migrations.RemoveField("accountcommand", "expires_at"),
        migrations.RemoveField("accountcommand", "decided_by"),
        migrations.RemoveField("accountcommand", "decided_at"),
        migrations.RemoveField("accountcommand", "decided_fingerprint"),
        migrations.RemoveField("accountcommand", "decision_note"),
    ]
