"""Nobody decides about what their own integration asked for, or about themselves; nor lends a vote for it."""

from importlib import import_module

from django.db import migrations

before = import_module("backoffice.approvals.migrations.0002_guard")

HAND = """
-- Whether somebody registered, changed or armed the integration that asked: its hands are theirs.
CREATE FUNCTION approvals_has_hand(person bigint, asker text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN asker LIKE 'machine:%' AND EXISTS (
        SELECT FROM machines_hand h
        WHERE h.person_id = person AND h.machine_id = substring(asker FROM '^machine:([0-9]+)$')::bigint);
END
$$;

-- Whether somebody would decide about themselves: about their own client record, their own roles, a role they hold.
CREATE FUNCTION approvals_gains(asked approvals_approvalrequest, person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN CASE asked.subject_kind
        WHEN 'user' THEN asked.subject_key = person::text
        WHEN 'role' THEN EXISTS (
            SELECT FROM identity_rolegrant g JOIN identity_role r ON r.id = g.role_id
            WHERE g.user_id = person AND g.revoked_at IS NULL AND r.code = asked.subject_key)
        ELSE false END OR approvals_benefits(person, asked.client_id);
END
$$;
"""
# As in 0002, with hands; what a delegate's absent one gains counts to the end too.
SEAT = """
CREATE OR REPLACE FUNCTION approvals_seat_of(asked approvals_approvalrequest, person bigint, at timestamptz, wanted bigint,
                                  OUT seat smallint, OUT for_user bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    free record;
    absent bigint;
BEGIN
    FOR absent IN
        SELECT NULL::bigint WHERE wanted IS NULL
        UNION ALL
        SELECT d.from_user_id FROM approvals_votedelegation d JOIN approvals_approvalpolicy p ON p.id = asked.policy_id
        WHERE d.to_user_id = person AND d.ended_at IS NULL AND d.starts_at <= at AND at < d.ends_at
          AND (wanted IS NULL OR d.from_user_id = wanted)
          AND (cardinality(d.kinds) = 0 OR asked.kind = ANY (d.kinds))
          AND coalesce((p.rules ->> 'delegable')::boolean, false)
          AND 'staff:' || d.from_user_id <> asked.asked_by
          AND NOT approvals_has_hand(d.from_user_id, asked.asked_by)
          AND NOT approvals_gains(asked, d.from_user_id)
    LOOP
        FOR free IN
            SELECT (place.number - 1)::smallint AS number, place.roles
            FROM jsonb_array_elements(asked.seats) WITH ORDINALITY AS place (roles, number)
            WHERE NOT EXISTS (
                SELECT FROM approvals_approvalvote v
                WHERE v.request_id = asked.id AND v.round = asked.round AND v.verdict = 'AGREE'
                  AND (v.seat = place.number - 1
                       OR coalesce(absent, person) IN (v.voter_id, v.for_user_id)
                       OR person IN (v.voter_id, v.for_user_id)))
            ORDER BY place.roles = '[]'::jsonb, jsonb_array_length(place.roles), place.number
        LOOP
            IF approvals_holds(coalesce(absent, person), asked.permission, free.roles) THEN
                seat := free.number;
                for_user := absent;
                RETURN;
            END IF;
        END LOOP;
    END LOOP;
END
$$;
"""
OBJECTION = """
CREATE OR REPLACE FUNCTION approvals_objection(asked approvals_approvalrequest, person bigint, session text, device text,
                                    at timestamptz, reviews boolean, wanted bigint) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF reviews AND (asked.review_at IS NULL OR asked.reviewed_at IS NOT NULL) THEN
        RETURN 'approvals_vote_closed';
    ELSIF NOT reviews AND asked.state <> 'WAITING' THEN
        RETURN 'approvals_vote_closed';
    ELSIF NOT reviews AND asked.deadline_at < at THEN
        RETURN 'approvals_vote_late';
    ELSIF asked.asked_by = 'staff:' || person THEN
        RETURN 'approvals_vote_maker';
    ELSIF approvals_has_hand(person, asked.asked_by) THEN
        RETURN 'approvals_vote_hand';
    ELSIF session <> '' AND session = asked.asked_session THEN
        RETURN 'approvals_vote_session';
    ELSIF device <> '' AND device = asked.asked_device THEN
        RETURN 'approvals_vote_device';
    ELSIF approvals_gains(asked, person) THEN
        RETURN 'approvals_vote_benefit';
    ELSIF EXISTS (SELECT FROM approvals_approvalvote v
                  WHERE v.request_id = asked.id AND v.round = asked.round AND v.verdict = 'AGREE'
                    AND person IN (v.voter_id, v.for_user_id)) AND NOT reviews THEN
        RETURN 'approvals_vote_twice';
    ELSIF reviews AND NOT approvals_holds(person, asked.permission, '[]'::jsonb) THEN
        RETURN 'approvals_vote_right';
    ELSIF NOT reviews AND (approvals_seat_of(asked, person, at, wanted)).seat IS NULL THEN
        RETURN 'approvals_vote_right';
    END IF;
    RETURN '';
END
$$;
"""
COMPLETE = """
CREATE OR REPLACE FUNCTION approvals_is_complete(asked approvals_approvalrequest) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    told record;
BEGIN
    SELECT count(DISTINCT v.seat) AS seats, count(DISTINCT v.voter_id) AS voters,
           coalesce(bool_and(
               v.payload_digest = asked.payload_digest AND v.facts_digest = asked.facts_digest
               AND 'staff:' || v.voter_id <> asked.asked_by
               AND (v.for_user_id IS NULL OR 'staff:' || v.for_user_id <> asked.asked_by)
               AND NOT approvals_has_hand(v.voter_id, asked.asked_by)
               AND (v.for_user_id IS NULL OR NOT approvals_has_hand(v.for_user_id, asked.asked_by))
               AND (v.session_digest = '' OR v.session_digest <> asked.asked_session)
               AND (v.device_digest = '' OR v.device_digest <> asked.asked_device)
               AND NOT approvals_gains(asked, v.voter_id)
               AND (v.for_user_id IS NULL OR NOT approvals_gains(asked, v.for_user_id))
               AND EXISTS (SELECT FROM identity_user u WHERE u.id = v.voter_id AND u.is_active)
               AND approvals_holds(coalesce(v.for_user_id, v.voter_id), asked.permission, asked.seats -> v.seat)
           ), true) AS hold
    INTO told
    FROM approvals_approvalvote v
    WHERE v.request_id = asked.id AND v.round = asked.round AND v.verdict = 'AGREE';
    RETURN told.hold AND told.seats = jsonb_array_length(asked.seats) AND told.voters = told.seats;
END
$$;
"""
BEFORE = (
    before.SEAT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") + "DROP FUNCTION approvals_gains(approvals_approvalrequest, bigint); "
    "DROP FUNCTION approvals_has_hand(bigint, text);"
)


class Migration(migrations.Migration):
    dependencies = [("approvals", "0005_watched"), ("machines", "0003_hands")]

    operations = [migrations.RunSQL(HAND + SEAT + OBJECTION + COMPLETE, BEFORE)]
