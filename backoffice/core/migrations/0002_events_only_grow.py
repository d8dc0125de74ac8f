"""Events only grow: one function writes them, a role without login owns them, triggers refuse the rest."""

from django.db import migrations

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
"""

# Always: ordinary triggers sleep while session_replication_role is "replica".
GUARD = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied;
REVOKE ALL ON {table} FROM PUBLIC, mt4bo_app;
GRANT SELECT ON {table} TO mt4bo_app, mt4bo_sequencer;
ALTER TABLE {table} OWNER TO mt4bo_events;
"""
UNGUARD = """
ALTER TABLE {table} OWNER TO mt4bo_owner;
DROP TRIGGER only_grows ON {table};
DROP TRIGGER never_emptied ON {table};
"""

# Everything but the bytes is read out of the bytes: a column cannot tell another story.
EVENT_APPEND = """
CREATE FUNCTION event_append(body bytea) RETURNS bigint
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
REVOKE ALL ON FUNCTION event_append(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION event_append(bytea) TO mt4bo_app;
ALTER FUNCTION event_append(bytea) OWNER TO mt4bo_events;
"""

SHAPE = """
ALTER TABLE core_event
    ADD CONSTRAINT core_event_name_form CHECK (name ~ '^[a-z][a-z0-9]*([.][a-z][a-z0-9_]*){2}$'),
    ADD CONSTRAINT core_event_actor_form CHECK (actor ~ '^((staff|client|machine):[0-9]+|system:[^: ]+)$');
ALTER TABLE core_event_subject
    ADD CONSTRAINT core_event_subject_named CHECK (kind <> '' AND key <> '');
"""
# Default privileges gave the counter away with the table: whoever sets it back breaks the next event.
COUNTER = "REVOKE ALL ON SEQUENCE core_event_id_seq FROM PUBLIC, mt4bo_app;"
TABLES = ("core_event", "core_event_subject")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION refuse_change()"),
        migrations.RunSQL(SHAPE, migrations.RunSQL.noop),
        migrations.RunSQL(COUNTER, migrations.RunSQL.noop),
        *(migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table)) for table in TABLES),
        migrations.RunSQL(EVENT_APPEND, "DROP FUNCTION event_append(bytea)"),
    ]
