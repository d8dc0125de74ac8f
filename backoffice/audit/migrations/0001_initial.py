"""The log: numbered leaves, tiles of the tree, signed heads, what the witness said; and every change of a watched row."""

from django.db import migrations, models
from django.db.models.functions import Now

ROLES = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mt4bo_witness') THEN
        RAISE EXCEPTION 'This cluster has no witness yet: run manage.py provision_database again';
    END IF;
END
$$;
"""
GUARD = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied;
REVOKE ALL ON {table} FROM PUBLIC, mt4bo_app;
GRANT SELECT ON {table} TO mt4bo_app, mt4bo_sequencer, mt4bo_witness;
ALTER TABLE {table} OWNER TO mt4bo_events;
"""
UNGUARD = """
ALTER TABLE {table} OWNER TO mt4bo_owner;
DROP TRIGGER only_grows ON {table};
DROP TRIGGER never_emptied ON {table};
"""
TABLES = ("audit_change", "audit_leaf", "audit_tile", "audit_checkpoint", "audit_witnessing", "audit_key")

# Who writes what: the sequencer the tree, the witness its word, the application nothing at all.
WRITERS = """
REVOKE ALL ON SEQUENCE audit_change_id_seq, audit_checkpoint_id_seq, audit_witnessing_id_seq FROM PUBLIC, mt4bo_app;
GRANT INSERT ON audit_leaf, audit_tile, audit_checkpoint, audit_key TO mt4bo_sequencer;
GRANT USAGE ON SEQUENCE audit_checkpoint_id_seq TO mt4bo_sequencer;
GRANT SELECT ON SEQUENCE core_event_id_seq, audit_change_id_seq TO mt4bo_sequencer;
GRANT INSERT ON audit_witnessing, audit_key TO mt4bo_witness;
GRANT USAGE ON SEQUENCE audit_witnessing_id_seq TO mt4bo_witness;
GRANT SELECT ON core_event TO mt4bo_witness;
ALTER TABLE audit_leaf ADD CONSTRAINT audit_leaf_whole
    CHECK (leaf_index >= 0 AND octet_length(leaf_hash) = 32 AND source IN (1, 2));
ALTER TABLE audit_tile ADD CONSTRAINT audit_tile_whole CHECK (octet_length(hash) = 32 AND level > 0);
ALTER TABLE audit_checkpoint ADD CONSTRAINT audit_checkpoint_whole CHECK (octet_length(root) = 32 AND size >= 0);
"""

# The one writer of audit_change. It runs at the commit (a deferred constraint trigger), when the
# event that the transaction told has said who acts; what no event told of is the database's own hand.
# The bytes are those of RFC 8785: names in order, every value a text as the database writes it.
CAPTURE = """
CREATE FUNCTION audit_object(told jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT '{' || coalesce(string_agg(
        to_json(key)::text || ':' || coalesce(to_json(value)::text, 'null'), ',' ORDER BY key COLLATE "C"
    ), '') || '}' FROM jsonb_each_text(told)
$$;

CREATE FUNCTION audit_capture() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    subject_kind CONSTANT text := TG_ARGV[1];
    personal CONSTANT text[] := TG_ARGV[3]::text[];
    hidden CONSTANT text[] := TG_ARGV[4]::text[];
    ignored CONSTANT text[] := TG_ARGV[5]::text[];
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    number CONSTANT text := coalesce(after, before) ->> TG_ARGV[0];
    subject CONSTANT text := coalesce(coalesce(after, before) ->> TG_ARGV[2], '0');
    actor CONSTANT text := coalesce(nullif(current_setting('backoffice.actor', true), ''), 'database:' || session_user);
    origin CONSTANT text := nullif(current_setting('backoffice.origin', true), '');
    moment CONSTANT timestamptz := clock_timestamp();
    here CONSTANT bigint := pg_current_xact_id()::text::bigint;
    entry_id CONSTANT uuid := gen_random_uuid();
    column_name text;
BEGIN
    before := before - ignored;
    after := after - ignored;
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(n.key, n.value) INTO before, after
        FROM jsonb_each(before) AS o JOIN jsonb_each(after) AS n ON n.key = o.key
        WHERE o.value IS DISTINCT FROM n.value;
        IF before IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    FOREACH column_name IN ARRAY hidden LOOP
        IF before ? column_name THEN before := before || jsonb_build_object(column_name, 'hidden'); END IF;
        IF after ? column_name THEN after := after || jsonb_build_object(column_name, 'hidden'); END IF;
    END LOOP;
    FOREACH column_name IN ARRAY personal LOOP
        IF before ->> column_name <> '' THEN
            before := before || jsonb_build_object(
                column_name, public.seal(subject_kind, subject, before ->> column_name));
        END IF;
        IF after ->> column_name <> '' THEN
            after := after || jsonb_build_object(
                column_name, public.seal(subject_kind, subject, after ->> column_name));
        END IF;
    END LOOP;
    INSERT INTO public.audit_change (uuid, table_name, row_key, verb, actor, address, recorded_at, transaction, body)
    VALUES (
        entry_id, TG_TABLE_NAME, number, lower(TG_OP), actor,
        coalesce(origin::jsonb ->> 'address', ''), moment, here,
        convert_to(
            '{"actor":' || to_json(actor)
            || ',"after":' || coalesce(public.audit_object(after), 'null')
            || ',"at":"' || to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            || '","before":' || coalesce(public.audit_object(before), 'null')
            || ',"change":"' || lower(TG_OP) || '","id":"' || entry_id || '"'
            || coalesce(',"origin":' || public.audit_object(origin::jsonb), '')
            || ',"row":' || to_json(number) || ',"table":' || to_json(TG_TABLE_NAME)
            || ',"transaction":"' || here || '"}', 'UTF8')
    );
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION audit_capture() FROM PUBLIC;
REVOKE ALL ON FUNCTION audit_object(jsonb) FROM PUBLIC;
ALTER FUNCTION audit_capture() OWNER TO mt4bo_events;
ALTER FUNCTION audit_object(jsonb) OWNER TO mt4bo_events;
GRANT EXECUTE ON FUNCTION audit_capture() TO mt4bo_owner;

-- Which tables are watched, and how: the health check holds the triggers against it.
CREATE FUNCTION audit_watch(
    watched regclass, subject_kind text DEFAULT '', subject_column text DEFAULT '', personal text[] DEFAULT '{}',
    hidden text[] DEFAULT '{}', ignored text[] DEFAULT '{}', updates_of text[] DEFAULT '{}',
    inserted_when text DEFAULT 'true', key_column text DEFAULT 'id'
) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    call text := format('audit_capture(%L, %L, %L, %L, %L, %L)',
                        key_column, subject_kind, subject_column, personal, hidden, ignored);
    columns text := CASE WHEN updates_of <> '{}' THEN
        ' OF ' || (SELECT string_agg(quote_ident(one), ', ') FROM unnest(updates_of) AS one) ELSE '' END;
    made text;
BEGIN
    EXECUTE format('CREATE CONSTRAINT TRIGGER audit_change AFTER UPDATE%s OR DELETE ON %s '
                   'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION %s', columns, watched, call);
    EXECUTE format('CREATE CONSTRAINT TRIGGER audit_insert AFTER INSERT ON %s '
                   'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (%s) EXECUTE FUNCTION %s',
                   watched, inserted_when, call);
    EXECUTE format('CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON %s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', watched);
    FOREACH made IN ARRAY ARRAY['audit_change', 'audit_insert', 'audit_truncate'] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', watched, made);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION audit_watch(regclass, text, text, text[], text[], text[], text[], text, text) FROM PUBLIC;

CREATE FUNCTION audit_unwatch(watched regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    EXECUTE format('DROP TRIGGER audit_change ON %s', watched);
    EXECUTE format('DROP TRIGGER audit_insert ON %s', watched);
    EXECUTE format('DROP TRIGGER audit_truncate ON %s', watched);
END
$$;
REVOKE ALL ON FUNCTION audit_unwatch(regclass) FROM PUBLIC;
"""
UNCAPTURE = """
DROP FUNCTION audit_unwatch(regclass);
DROP FUNCTION audit_watch(regclass, text, text, text[], text[], text[], text[], text, text);
DROP FUNCTION audit_capture();
DROP FUNCTION audit_object(jsonb);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("core", "0003_where_events_come_from")]

    operations = [
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField()),
                ("table_name", models.TextField()),
                ("row_key", models.TextField()),
                ("verb", models.TextField()),
                ("actor", models.TextField()),
                ("address", models.TextField(default="", db_default="")),
                ("recorded_at", models.DateTimeField()),
                ("transaction", models.BigIntegerField()),
                ("body", models.BinaryField()),
            ],
            options={
                "db_table": "audit_change",
                "indexes": [
                    models.Index("table_name", "row_key", models.F("id").desc(), name="audit_change_by_row"),
                    models.Index("actor", models.F("id").desc(), name="audit_change_by_actor"),
                    models.Index(fields=["transaction"], name="audit_change_by_act"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("leaf_index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("source", models.SmallIntegerField()),
                ("source_id", models.BigIntegerField()),
                ("leaf_hash", models.BinaryField()),
                ("sequenced_at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "db_table": "audit_leaf",
                "constraints": [
                    models.UniqueConstraint(fields=["source", "source_id"], name="audit_leaf_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                ("pk", models.CompositePrimaryKey("level", "position", blank=True, editable=False, primary_key=True, serialize=False)),
                ("level", models.SmallIntegerField()),
                ("position", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={"db_table": "audit_tile"},
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("signed_at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "db_table": "audit_checkpoint",
                "indexes": [models.Index(fields=["size"], name="audit_checkpoint_by_size")],
            },
        ),
        migrations.CreateModel(
            name="Witnessing",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("witness", models.TextField()),
                ("size", models.BigIntegerField()),
                ("verdict", models.TextField()),
                ("words", models.TextField(blank=True, default="")),
                ("first_bad", models.BigIntegerField(null=True)),
                ("signature", models.TextField(blank=True, default="")),
                ("said_at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "db_table": "audit_witnessing",
                "indexes": [models.Index(fields=["size"], name="audit_witnessing_by_size")],
                "constraints": [
                    models.CheckConstraint(
                        name="audit_witnessing_verdict_known",
                        condition=models.Q(verdict__in=["cosigned", "refused"]),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublicKey",
            fields=[
                ("fingerprint", models.TextField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("name", models.TextField()),
                ("public", models.BinaryField()),
                ("announced_at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "db_table": "audit_key",
                "constraints": [
                    models.CheckConstraint(
                        name="audit_key_kind_known", condition=models.Q(kind__in=["log", "witness"])
                    ),
                ],
            },
        ),
        migrations.RunSQL(WRITERS, migrations.RunSQL.noop),
        *(migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table)) for table in TABLES),
        migrations.RunSQL(CAPTURE, UNCAPTURE),
    ]
