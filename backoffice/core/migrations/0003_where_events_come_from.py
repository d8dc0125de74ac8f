"""Events say where they come from; what is personal of it can be taken out without a trace in the proof."""

from django.db import migrations, models

# Columns that are read out of the bytes, as all the others are; the transaction's number joins an
# event with the rows that changed beside it.
EVENT_APPEND = """
CREATE OR REPLACE FUNCTION event_append(body bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- The number of the transaction is drawn before the number of the event: the sequencer may rely
    -- on it that whoever holds a number that it has seen is a transaction that it can wait for.
    here bigint := pg_current_xact_id()::text::bigint;
    told jsonb := convert_from(body, 'UTF8')::jsonb;
    number bigint;
BEGIN
    -- What changes rows after this, or is told at the commit, was done by the same hand.
    PERFORM set_config('backoffice.actor', told ->> 'actor', true),
            set_config('backoffice.origin', coalesce(told ->> 'origin', ''), true);

    INSERT INTO public.core_event (uuid, name, actor, occurred_at, recorded_at, body, address, transaction)
    VALUES (
        (told ->> 'id')::uuid, told ->> 'event', told ->> 'actor', (told ->> 'at')::timestamptz,
        clock_timestamp(), body, coalesce(told -> 'origin' ->> 'address', ''), here
    )
    RETURNING id INTO number;

    INSERT INTO public.core_event_subject (kind, key, event_id)
    SELECT subject ->> 0, subject ->> 1, number FROM jsonb_array_elements(told -> 'subjects') AS subject;

    RETURN number;
END
$$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION event_append(body bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    told jsonb := convert_from(body, 'UTF8')::jsonb;
    number bigint;
BEGIN
    INSERT INTO public.core_event (uuid, name, actor, occurred_at, recorded_at, body)
    VALUES (
        (told ->> 'id')::uuid, told ->> 'event', told ->> 'actor', (told ->> 'at')::timestamptz,
        clock_timestamp(), body
    )
    RETURNING id INTO number;

    INSERT INTO public.core_event_subject (kind, key, event_id)
    SELECT subject ->> 0, subject ->> 1, number FROM jsonb_array_elements(told -> 'subjects') AS subject;

    RETURN number;
END
$$;
"""

# Numbers and moments of events rise together, but for the few that are written at the same time. So
# a period is found by halving the numbers, and no index has to be kept for it at every event.
EVENT_AT = """
CREATE FUNCTION event_number_at(moment timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    low bigint := 0;
    high bigint := coalesce((SELECT max(id) FROM public.core_event), 0);
    middle bigint;
    found record;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        SELECT id, recorded_at INTO found FROM public.core_event WHERE id >= middle ORDER BY id LIMIT 1;
        IF found.recorded_at < moment THEN low := found.id; ELSE high := middle - 1; END IF;
    END LOOP;
    RETURN low;
END
$$;
"""

# A value under a salt: the log holds SHA-256(salt, value), and here lie salt and value until the
# person is erased. The salt is 244 random bits: without it the digest says nothing of the value.
SEALED = """
REVOKE ALL ON core_sealed FROM PUBLIC, mt4bo_app;
GRANT SELECT ON core_sealed TO mt4bo_app;
ALTER TABLE core_sealed OWNER TO mt4bo_events;

CREATE FUNCTION seal(kind text, key text, value text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    salt bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    digest bytea := sha256(salt || convert_to(value, 'UTF8'));
BEGIN
    INSERT INTO public.core_sealed VALUES (digest, kind, key, salt, value);
    RETURN 'sealed:' || encode(digest, 'hex');
END
$$;

CREATE FUNCTION keep_sealed(kind text, key text, salt bytea, value text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO public.core_sealed
    VALUES (sha256(salt || convert_to(value, 'UTF8')), kind, key, salt, value);
$$;

CREATE FUNCTION erase_sealed(kind text, key text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (DELETE FROM public.core_sealed AS one WHERE one.kind = $1 AND one.key = $2 RETURNING 1)
    SELECT count(*) FROM gone;
$$;
"""
UNSEALED = """
DROP FUNCTION seal(text, text, text);
DROP FUNCTION keep_sealed(text, text, bytea, text);
DROP FUNCTION erase_sealed(text, text);
ALTER TABLE core_sealed OWNER TO mt4bo_owner;
"""
RIGHTS = """
REVOKE ALL ON FUNCTION {name} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {name} TO mt4bo_app;
ALTER FUNCTION {name} OWNER TO mt4bo_events;
"""
FUNCTIONS = ("keep_sealed(text, text, bytea, text)", "erase_sealed(text, text)", "event_number_at(timestamptz)")
OURS = """
REVOKE ALL ON FUNCTION seal(text, text, text) FROM PUBLIC;
ALTER FUNCTION seal(text, text, text) OWNER TO mt4bo_events;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_events_only_grow")]

    operations = [
        migrations.CreateModel(
            name="SealedValue",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("key", models.TextField()),
                ("salt", models.BinaryField()),
                ("value", models.TextField()),
            ],
            options={
                "db_table": "core_sealed",
                "indexes": [models.Index(fields=["kind", "key"], name="core_sealed_by_subject")],
            },
        ),
        migrations.AddField("eventrecord", "address", models.TextField(default="", db_default="")),
        migrations.AddField("eventrecord", "transaction", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddIndex(
            "eventrecord",
            models.Index(models.F("actor"), models.F("id").desc(), name="core_event_by_actor"),
        ),
        migrations.AddIndex(
            "eventrecord",
            models.Index(
                models.F("address"), models.F("id").desc(), name="core_event_by_address",
                condition=~models.Q(address=""),
            ),
        ),
        migrations.RunSQL(EVENT_APPEND, BEFORE),
        migrations.RunSQL(EVENT_AT, "DROP FUNCTION event_number_at(timestamptz)"),
        migrations.RunSQL(SEALED, UNSEALED),
        migrations.RunSQL(OURS, migrations.RunSQL.noop),
        *(migrations.RunSQL(RIGHTS.format(name=name), migrations.RunSQL.noop) for name in FUNCTIONS),
    ]
