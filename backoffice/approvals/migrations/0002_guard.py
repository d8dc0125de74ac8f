"""PostgreSQL refuses a breach of four eyes, whoever asks it: the product, or somebody at its door by SQL."""

from django.db import migrations

# The same moves as approvals/states.py; a test compares them.
LAWFUL = """
CREATE TABLE approvals_lawful_move (before text NOT NULL, after text NOT NULL, PRIMARY KEY (before, after));
INSERT INTO approvals_lawful_move (before, after) VALUES
    ('EXECUTED', 'VOIDED'),
    ('GRANTED', 'EXECUTED'),
    ('GRANTED', 'VOIDED'),
    ('WAITING', 'CANCELLED'),
    ('WAITING', 'EXPIRED'),
    ('WAITING', 'GRANTED'),
    ('WAITING', 'REFUSED'),
    ('WAITING', 'VOIDED');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON approvals_lawful_move FROM mt4bo_app;
"""

WORDS = """
CREATE FUNCTION approvals_digest(told text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT encode(sha256(convert_to(told, 'UTF8')), 'hex') $$;

-- Whether somebody is active staff and holds the permission now by one of these roles (none named: by any).
CREATE FUNCTION approvals_holds(person bigint, permission text, roles jsonb) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM identity_user u
        WHERE u.id = person AND u.kind = 'staff' AND u.is_active AND (
            (u.is_superuser AND roles = '[]'::jsonb)
            OR EXISTS (
                SELECT FROM identity_rolegrant g JOIN identity_role r ON r.id = g.role_id
                WHERE g.user_id = u.id AND g.revoked_at IS NULL
                  AND (g.expires_at IS NULL OR g.expires_at > statement_timestamp())
                  AND permission = ANY (r.permissions) AND (roles = '[]'::jsonb OR roles ? r.code)
            )))
$$;

-- Whether a client record is a member of staff's own: noted, or of the same e-mail address.
CREATE FUNCTION approvals_benefits(person bigint, client bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN client IS NOT NULL AND (
        EXISTS (SELECT FROM approvals_clientinterest i WHERE i.user_id = person AND i.client_id = client)
        OR EXISTS (SELECT FROM crm_client c JOIN identity_user u ON u.id = person
                   WHERE c.id = client AND c.email <> '' AND lower(c.email) = u.email));
END
$$;

-- The seats that an amount needs. A currency that no band names is held to the strictest band.
CREATE FUNCTION approvals_seats(rules jsonb, amount numeric, currency text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH bands AS (
        SELECT band ->> 'currency' AS currency, (band ->> 'above')::numeric AS above, band -> 'seats' AS seats
        FROM jsonb_array_elements(rules -> 'bands') AS band
    )
    SELECT coalesce(
        (SELECT seats FROM bands
         WHERE amount IS NOT NULL AND bands.currency = approvals_seats.currency AND bands.currency <> ''
           AND above < amount ORDER BY above DESC LIMIT 1),
        (SELECT seats FROM bands
         WHERE amount IS NOT NULL AND EXISTS (SELECT FROM bands WHERE bands.currency <> '')
           AND NOT EXISTS (SELECT FROM bands WHERE bands.currency = approvals_seats.currency)
         ORDER BY jsonb_array_length(seats) DESC LIMIT 1),
        (SELECT seats FROM bands WHERE bands.currency = '' LIMIT 1))
$$;
"""

# Which seat somebody would take, themselves or for another (`wanted`: only for that one); seats of named
# roles are taken first.
SEAT = """
CREATE FUNCTION approvals_seat_of(asked approvals_approvalrequest, person bigint, at timestamptz, wanted bigint,
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
          AND NOT approvals_benefits(d.from_user_id, asked.client_id)
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

-- Why somebody may not vote about a request, as the name of a constraint; '' when nothing is against it.
CREATE FUNCTION approvals_objection(asked approvals_approvalrequest, person bigint, session text, device text,
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
    ELSIF session <> '' AND session = asked.asked_session THEN
        RETURN 'approvals_vote_session';
    ELSIF device <> '' AND device = asked.asked_device THEN
        RETURN 'approvals_vote_device';
    ELSIF approvals_benefits(person, asked.client_id) THEN
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

-- The same question of a page, which knows a number.
CREATE FUNCTION approvals_objection_to(number bigint, person bigint, session text, device text, at timestamptz,
                                       reviews boolean) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT approvals_objection(r, person, session, device, at, reviews, NULL) FROM approvals_approvalrequest r
    WHERE r.id = number
$$;

-- Whether everybody who has to agree agreed, on this payload and these facts, may still, and is somebody else.
CREATE FUNCTION approvals_is_complete(asked approvals_approvalrequest) RETURNS boolean
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
               AND (v.session_digest = '' OR v.session_digest <> asked.asked_session)
               AND (v.device_digest = '' OR v.device_digest <> asked.asked_device)
               AND NOT approvals_benefits(v.voter_id, asked.client_id)
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

REQUEST = """
CREATE FUNCTION approvals_request_begins() RETURNS trigger
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
                 AND r.asked_by = NEW.asked_by AND r.state = 'VOIDED') THEN
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
    IF NEW.seats = '[]'::jsonb AND (asker IS NULL OR approvals_benefits(asker, NEW.client_id)) THEN
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

CREATE FUNCTION approvals_request_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    flaw text := '';
BEGIN
    IF (NEW.id, NEW.key, NEW.kind, NEW.subject_kind, NEW.subject_key, NEW.client_id, NEW.amount, NEW.currency,
        NEW.payload, NEW.payload_digest, NEW.asked_facts, NEW.picture, NEW.reason, NEW.asked_by, NEW.asked_at,
        NEW.asked_session, NEW.asked_device, NEW.policy_id, NEW.permission, NEW.seats, NEW.deadline_at, NEW.review_at)
       IS DISTINCT FROM
       (OLD.id, OLD.key, OLD.kind, OLD.subject_kind, OLD.subject_key, OLD.client_id, OLD.amount, OLD.currency,
        OLD.payload, OLD.payload_digest, OLD.asked_facts, OLD.picture, OLD.reason, OLD.asked_by, OLD.asked_at,
        OLD.asked_session, OLD.asked_device, OLD.policy_id, OLD.permission, OLD.seats, OLD.deadline_at,
        OLD.review_at) THEN
        flaw := 'approvals_request_fixed';
    ELSIF NEW.facts_digest <> approvals_digest(NEW.facts)
          OR (NEW.facts <> OLD.facts AND NOT EXISTS (
              SELECT FROM approvals_approvalvote v WHERE v.request_id = NEW.id AND v.round = NEW.round
                AND v.verdict = 'AGREE' AND v.facts_digest = NEW.facts_digest)) THEN
        flaw := 'approvals_request_digest';
    ELSIF NEW.round NOT IN (OLD.round, OLD.round + 1) OR NEW.ballots NOT IN (OLD.ballots, OLD.ballots + 1) THEN
        flaw := 'approvals_request_round';
    ELSIF NEW.state <> OLD.state AND NOT EXISTS (
            SELECT FROM approvals_lawful_move WHERE before = OLD.state AND after = NEW.state) THEN
        flaw := 'approvals_request_lawful';
    ELSIF NEW.state = OLD.state AND NEW.state <> 'WAITING'
          AND (NEW.round, NEW.ballots, NEW.facts, NEW.granted_at, NEW.executed_at, NEW.closed_by, NEW.closed_at,
               NEW.closed_reason)
              IS DISTINCT FROM
              (OLD.round, OLD.ballots, OLD.facts, OLD.granted_at, OLD.executed_at, OLD.closed_by, OLD.closed_at,
               OLD.closed_reason) THEN
        flaw := 'approvals_request_decided';
    ELSIF (NEW.reviewed_by, NEW.reviewed_at) IS DISTINCT FROM (OLD.reviewed_by, OLD.reviewed_at)
          AND (OLD.reviewed_at IS NOT NULL OR NOT EXISTS (
              SELECT FROM approvals_approvalvote v WHERE v.request_id = NEW.id
                AND v.verdict IN ('IN_ORDER', 'OBJECTION') AND 'staff:' || v.voter_id = NEW.reviewed_by
                AND v.cast_at = NEW.reviewed_at)) THEN
        flaw := 'approvals_request_reviewed';
    ELSIF NEW.state <> OLD.state THEN
        flaw := CASE
            WHEN NEW.state IN ('GRANTED', 'EXECUTED') AND NOT approvals_is_complete(NEW) THEN
                'approvals_request_quorum'
            WHEN NEW.state = 'GRANTED' AND NEW.granted_at IS NULL THEN 'approvals_request_told_when'
            WHEN NEW.state = 'EXECUTED' AND (NEW.executed_at IS NULL OR NEW.executed_at < NEW.granted_at) THEN
                'approvals_request_told_when'
            WHEN NEW.state = 'CANCELLED' AND NEW.closed_by <> OLD.asked_by THEN 'approvals_request_canceller'
            WHEN NEW.state = 'EXPIRED' AND coalesce(NEW.closed_at <= OLD.deadline_at, true) THEN
                'approvals_request_not_late'
            WHEN NEW.state = 'REFUSED' AND NOT EXISTS (
                SELECT FROM approvals_approvalvote v WHERE v.request_id = NEW.id AND v.round = NEW.round
                  AND v.verdict = 'REFUSE' AND 'staff:' || v.voter_id = NEW.closed_by) THEN
                'approvals_request_refuser'
            WHEN NEW.state IN ('CANCELLED', 'EXPIRED', 'REFUSED', 'VOIDED')
                 AND (NEW.closed_at IS NULL OR NEW.closed_by = '' OR NEW.closed_reason = '') THEN
                'approvals_request_told_when'
            ELSE '' END;
    END IF;
    IF flaw <> '' THEN
        RAISE EXCEPTION 'approval %: % to % is refused (%)', OLD.id, OLD.state, NEW.state, flaw
            USING ERRCODE = 'check_violation', CONSTRAINT = flaw;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER begins BEFORE INSERT ON approvals_approvalrequest
    FOR EACH ROW EXECUTE FUNCTION approvals_request_begins();
CREATE TRIGGER moves BEFORE UPDATE ON approvals_approvalrequest
    FOR EACH ROW EXECUTE FUNCTION approvals_request_moves();
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER begins;
ALTER TABLE approvals_approvalrequest ENABLE ALWAYS TRIGGER moves;
"""

VOTE = """
CREATE FUNCTION approvals_vote_cast() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    asked approvals_approvalrequest;
    flaw text;
    reviews boolean := NEW.verdict IN ('IN_ORDER', 'OBJECTION');
BEGIN
    -- Votes about one request come one after the other.
    SELECT * INTO asked FROM approvals_approvalrequest WHERE id = NEW.request_id FOR NO KEY UPDATE;
    NEW.facts_digest := approvals_digest(NEW.facts);
    NEW.round := asked.round;
    NEW.seat := NULL;
    NEW.completes := false;
    NEW.voids := 0;
    IF NEW.verdict = 'AGREE' AND asked.state = 'WAITING' THEN
        -- Other facts than those that others agreed on: their votes do not count any more.
        SELECT count(*) INTO NEW.voids FROM approvals_approvalvote v
        WHERE v.request_id = asked.id AND v.round = asked.round AND v.verdict = 'AGREE'
          AND v.facts_digest <> NEW.facts_digest;
        IF NEW.voids > 0 THEN
            NEW.round := asked.round + 1;
            asked.round := NEW.round;
        END IF;
    END IF;

    flaw := CASE
        WHEN asked.id IS NULL THEN 'approvals_vote_closed'
        WHEN NEW.payload_digest <> asked.payload_digest THEN 'approvals_vote_payload'
        WHEN NEW.cast_at < asked.asked_at THEN 'approvals_vote_early'
        ELSE approvals_objection(asked, NEW.voter_id, NEW.session_digest, NEW.device_digest, NEW.cast_at, reviews,
                                 NEW.for_user_id) END;
    IF flaw <> '' THEN
        RAISE EXCEPTION 'vote on approval %: refused (%)', NEW.request_id, flaw
            USING ERRCODE = 'check_violation', CONSTRAINT = flaw;
    END IF;
    IF NOT reviews THEN
        SELECT s.seat, s.for_user INTO NEW.seat, NEW.for_user_id
        FROM approvals_seat_of(asked, NEW.voter_id, NEW.cast_at, NEW.for_user_id) AS s;
    ELSE
        NEW.for_user_id := NULL;
    END IF;
    IF NEW.verdict = 'AGREE' THEN
        NEW.completes := jsonb_array_length(asked.seats) = 1 + (
            SELECT count(*) FROM approvals_approvalvote v
            WHERE v.request_id = asked.id AND v.round = NEW.round AND v.verdict = 'AGREE');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION approvals_vote_counts() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NEW.verdict = 'AGREE' THEN
        UPDATE approvals_approvalrequest
        SET ballots = ballots + 1, round = NEW.round, facts = NEW.facts, facts_digest = NEW.facts_digest,
            state = CASE WHEN NEW.completes THEN 'GRANTED' ELSE state END,
            granted_at = CASE WHEN NEW.completes THEN NEW.cast_at END
        WHERE id = NEW.request_id;
    ELSIF NEW.verdict = 'REFUSE' THEN
        UPDATE approvals_approvalrequest
        SET ballots = ballots + 1, state = 'REFUSED', closed_by = 'staff:' || NEW.voter_id,
            closed_at = NEW.cast_at, closed_reason = NEW.reason
        WHERE id = NEW.request_id;
    ELSE
        UPDATE approvals_approvalrequest SET reviewed_by = 'staff:' || NEW.voter_id, reviewed_at = NEW.cast_at
        WHERE id = NEW.request_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER cast_by_another BEFORE INSERT ON approvals_approvalvote
    FOR EACH ROW EXECUTE FUNCTION approvals_vote_cast();
CREATE TRIGGER counts AFTER INSERT ON approvals_approvalvote
    FOR EACH ROW EXECUTE FUNCTION approvals_vote_counts();
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER cast_by_another;
ALTER TABLE approvals_approvalvote ENABLE ALWAYS TRIGGER counts;
"""

# A policy of the application's is one that an approval allowed, word for word, and that approval is used by it.
POLICY = """
CREATE FUNCTION approvals_policy_allowed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    latest int;
BEGIN
    IF NEW.rules IS DISTINCT FROM (NEW.payload::jsonb -> 'rules') OR NEW.kind <> NEW.payload::jsonb ->> 'kind' THEN
        RAISE EXCEPTION 'approval policy: its rules are not those of its text'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_policy_text';
    END IF;
    SELECT coalesce(max(version), 0) INTO latest FROM approvals_approvalpolicy WHERE kind = NEW.kind;
    IF NEW.version <> latest + 1 THEN
        RAISE EXCEPTION 'approval policy: version % does not follow %', NEW.version, latest
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_policy_follows';
    END IF;
    IF NOT pg_has_role(current_user, 'mt4bo_owner', 'MEMBER') AND NOT EXISTS (
        SELECT FROM approvals_approvalrequest r
        WHERE r.id = NEW.request_id AND r.kind = 'approvals.policy' AND r.state IN ('GRANTED', 'EXECUTED')
          AND r.payload = NEW.payload AND approvals_is_complete(r)) THEN
        RAISE EXCEPTION 'approval policy: nobody approved it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_policy_approved';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER allowed BEFORE INSERT ON approvals_approvalpolicy
    FOR EACH ROW EXECUTE FUNCTION approvals_policy_allowed();
ALTER TABLE approvals_approvalpolicy ENABLE ALWAYS TRIGGER allowed;
"""

# Whom a member of staff lets vote, they tell for themselves; afterwards it can only be ended.
DELEGATION = """
CREATE FUNCTION approvals_delegation_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (NEW.id, NEW.from_user_id, NEW.to_user_id, NEW.kinds, NEW.starts_at, NEW.ends_at, NEW.reason)
       IS DISTINCT FROM (OLD.id, OLD.from_user_id, OLD.to_user_id, OLD.kinds, OLD.starts_at, OLD.ends_at, OLD.reason)
       OR OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'delegation %: it can only be ended', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_delegation_stays';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER only_ends BEFORE UPDATE ON approvals_votedelegation
    FOR EACH ROW EXECUTE FUNCTION approvals_delegation_stays();
ALTER TABLE approvals_votedelegation ENABLE ALWAYS TRIGGER only_ends;
"""

STAYS = """
CREATE TRIGGER stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER stays;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied;
REVOKE DELETE, TRUNCATE ON {table} FROM mt4bo_app;
"""
UNSTAYS = "DROP TRIGGER stays ON {table}; DROP TRIGGER never_emptied ON {table};"
GROWS = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM mt4bo_app;
"""
UNGROWS = "DROP TRIGGER only_grows ON {table}; DROP TRIGGER never_emptied ON {table};"

STAYING = ("approvals_approvalrequest", "approvals_votedelegation")
GROWING = ("approvals_approvalvote", "approvals_approvalpolicy", "approvals_clientinterest")


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial"), ("core", "0002_events_only_grow")]

    operations = [
        migrations.RunSQL(LAWFUL, "DROP TABLE approvals_lawful_move"),
        migrations.RunSQL(
            WORDS,
            "DROP FUNCTION approvals_seats(jsonb, numeric, text); DROP FUNCTION approvals_benefits(bigint, bigint); "
            "DROP FUNCTION approvals_holds(bigint, text, jsonb); DROP FUNCTION approvals_digest(text)",
        ),
        migrations.RunSQL(
            SEAT,
            "DROP FUNCTION approvals_is_complete(approvals_approvalrequest); "
            "DROP FUNCTION approvals_objection_to(bigint, bigint, text, text, timestamptz, boolean); "
            "DROP FUNCTION approvals_objection(approvals_approvalrequest, bigint, text, text, timestamptz, boolean, bigint); "
            "DROP FUNCTION approvals_seat_of(approvals_approvalrequest, bigint, timestamptz, bigint)",
        ),
        migrations.RunSQL(
            REQUEST,
            "DROP FUNCTION approvals_request_begins() CASCADE; DROP FUNCTION approvals_request_moves() CASCADE",
        ),
        migrations.RunSQL(
            VOTE, "DROP FUNCTION approvals_vote_cast() CASCADE; DROP FUNCTION approvals_vote_counts() CASCADE"
        ),
        migrations.RunSQL(POLICY, "DROP FUNCTION approvals_policy_allowed() CASCADE"),
        migrations.RunSQL(DELEGATION, "DROP FUNCTION approvals_delegation_stays() CASCADE"),
        *(migrations.RunSQL(STAYS.format(table=table), UNSTAYS.format(table=table)) for table in STAYING),
        *(migrations.RunSQL(GROWS.format(table=table), UNGROWS.format(table=table)) for table in GROWING),
    ]
