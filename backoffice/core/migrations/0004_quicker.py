"""Digits that PostgreSQL reckons in place, and events that are written in one statement."""

from importlib import import_module

from django.db import migrations

first = import_module("backoffice.core.migrations.0001_initial")
whence = import_module("backoffice.core.migrations.0003_where_events_come_from")

# Strict, it was called by each check of an amount, and set up anew by each statement; now its words
# stand in the check. Of nothing it still makes nothing.
DIGITS = """
CREATE OR REPLACE FUNCTION currency_digits(currency text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN currency IS NULL THEN NULL
    WHEN currency IN (
        'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF',
        'XPF'
    ) THEN 0
    WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
    WHEN currency IN ('BTC', 'CLF', 'ETH', 'UYW') THEN 4
    ELSE 2
END;
"""
DIGITS_BEFORE = "CREATE OR REPLACE" + first.CURRENCY_DIGITS.partition("CREATE")[2]

# As in 0003, in one statement, and without a query to say by whose hand.
EVENT_APPEND = """
CREATE OR REPLACE FUNCTION event_append(body bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- The number of the transaction is drawn before the number of the event: the sequencer may rely
    -- on it that whoever holds a number that it has seen is a transaction that it can wait for.
    here CONSTANT bigint := pg_current_xact_id()::text::bigint;
    told CONSTANT jsonb := convert_from(body, 'UTF8')::jsonb;
    -- What changes rows after this, or is told at the commit, was done by the same hand.
    hand CONSTANT text := set_config('backoffice.actor', told ->> 'actor', true);
    origin CONSTANT text := set_config('backoffice.origin', coalesce(told ->> 'origin', ''), true);
    number bigint;
BEGIN
    WITH told_of AS (
        INSERT INTO public.core_event (uuid, name, actor, occurred_at, recorded_at, body, address, transaction)
        VALUES (
            (told ->> 'id')::uuid, told ->> 'event', told ->> 'actor', (told ->> 'at')::timestamptz,
            clock_timestamp(), body, coalesce(told -> 'origin' ->> 'address', ''), here
        )
        RETURNING id
    ), about AS (
        INSERT INTO public.core_event_subject (kind, key, event_id)
        SELECT subject ->> 0, subject ->> 1, told_of.id
        FROM told_of, jsonb_array_elements(told -> 'subjects') AS subject
    )
    SELECT id INTO number FROM told_of;
    RETURN number;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_where_events_come_from")]

    operations = [
        migrations.RunSQL(DIGITS, DIGITS_BEFORE),
        migrations.RunSQL(EVENT_APPEND, whence.EVENT_APPEND),
    ]
