"""What was begun by somebody is asked for in their name later too, when a rule stops it: they may have left by then."""

from importlib import import_module

from django.db import migrations

before = import_module("backoffice.approvals.migrations.0002_guard")

# The apps whose acts begin before they are asked for replace this with what they know.
BEGUN = """
CREATE FUNCTION approvals_is_begun(kind text, subject_kind text, subject_key text, asker text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$ BEGIN RETURN false; END $$;
"""
# As in 0002, but for whom it is begun.
BEGINS = """
CREATE OR REPLACE FUNCTION approvals_request_begins() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    rule approvals_approvalpolicy;
    asker bigint := substring(NEW.asked_by FROM '^staff:([0-9]+)$')::bigint;
BEGIN
    SELECT * INTO rule FROM approvals_approvalpolicy WHERE kind = NEW.kind ORDER BY version DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'approval: no policy says who agrees to %', NEW.kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_request_policy';
    END IF;
    IF NEW.payload_digest <> approvals_digest(NEW.payload) OR NEW.facts <> NEW.asked_facts
       OR NEW.facts_digest <> approvals_digest(NEW.facts) THEN
        RAISE EXCEPTION 'approval: a digest is not that of its text'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_request_digest';
    END IF;
    -- What is asked for again because its approval is void, stays its asker's, who may have left.
    IF EXISTS (SELECT FROM approvals_approvalrequest r
               WHERE r.subject_kind = NEW.subject_kind AND r.subject_key = NEW.subject_key AND r.kind = NEW.kind
                 AND r.asked_by = NEW.asked_by AND r.state = 'VOIDED')
       OR approvals_is_begun(NEW.kind, NEW.subject_kind, NEW.subject_key, NEW.asked_by) THEN
        NULL;
    ELSIF asker IS NOT NULL AND NOT EXISTS (SELECT FROM identity_user u WHERE u.id = asker AND u.is_active) THEN
        RAISE EXCEPTION 'approval: % is no active staff', NEW.asked_by
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_request_asker';
    ELSIF asker IS NOT NULL AND rule.rules -> 'askers' <> '[]'::jsonb AND NOT EXISTS (
        SELECT FROM identity_rolegrant g JOIN identity_role r ON r.id = g.role_id
        WHERE g.user_id = asker AND g.revoked_at IS NULL
          AND (g.expires_at IS NULL OR g.expires_at > statement_timestamp())
          AND rule.rules -> 'askers' ? r.code) THEN
        RAISE EXCEPTION 'approval: % may not ask for %', NEW.asked_by, NEW.kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_request_asker';
    END IF;

    NEW.policy_id := rule.id;
    NEW.permission := rule.rules ->> 'permission';
    NEW.seats := approvals_seats(rule.rules, NEW.amount, NEW.currency);
    -- Nobody acts alone for their own benefit.
    IF NEW.seats = '[]'::jsonb AND (asker IS NULL OR approvals_gains(NEW, asker)) THEN
        NEW.seats := '[[]]'::jsonb;
    END IF;
    NEW.deadline_at := CASE WHEN (rule.rules ->> 'hours')::int > 0
        THEN NEW.asked_at + make_interval(hours => (rule.rules ->> 'hours')::int) END;
    NEW.round := 1;
    NEW.ballots := 0;
    NEW.state := CASE WHEN NEW.seats = '[]'::jsonb THEN 'GRANTED' ELSE 'WAITING' END;
    NEW.granted_at := CASE WHEN NEW.seats = '[]'::jsonb THEN NEW.asked_at END;
    -- The next morning, by UTC.
    NEW.review_at := CASE WHEN NEW.seats = '[]'::jsonb
        THEN (date_trunc('day', NEW.asked_at AT TIME ZONE 'UTC') + interval '1 day 6 hours') AT TIME ZONE 'UTC' END;
    IF NEW.executed_at IS NOT NULL OR NEW.closed_at IS NOT NULL OR NEW.reviewed_at IS NOT NULL
       OR NEW.closed_by <> '' OR NEW.reviewed_by <> '' THEN
        RAISE EXCEPTION 'approval: it begins undecided'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_request_begins';
    END IF;
    RETURN NEW;
END
$$;
"""
BEFORE = (
    before.REQUEST.partition("CREATE FUNCTION approvals_request_moves")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    + "DROP FUNCTION approvals_is_begun(text, text, text, text);"
)


class Migration(migrations.Migration):
    dependencies = [("approvals", "0006_hands")]

    operations = [migrations.RunSQL(BEGUN + BEGINS, BEFORE)]
