"""A change of a watched row becomes its entry in one statement, the same bytes as before."""

from importlib import import_module

from django.db import migrations

first = import_module("backoffice.audit.migrations.0001_initial")

# As in 0001: names in order, every value a text as the database writes it, what is personal sealed,
# what is secret hidden. A column is looked up in both rows instead of both rows being joined.
CAPTURE = """
CREATE OR REPLACE FUNCTION audit_capture() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
    SET plan_cache_mode = force_generic_plan  -- a plan for each table's trigger, and none anew at each change
AS $$
DECLARE
    subject_kind CONSTANT text := TG_ARGV[1];
    personal CONSTANT text[] := TG_ARGV[3]::text[];
    hidden CONSTANT text[] := TG_ARGV[4]::text[];
    ignored CONSTANT text[] := TG_ARGV[5]::text[];
    is_new CONSTANT boolean := TG_OP = 'INSERT';
    is_gone CONSTANT boolean := TG_OP = 'DELETE';
    old_row CONSTANT jsonb := CASE WHEN NOT is_new THEN to_jsonb(OLD) END;
    new_row CONSTANT jsonb := CASE WHEN NOT is_gone THEN to_jsonb(NEW) END;
    here_row CONSTANT jsonb := coalesce(new_row, old_row);
    number CONSTANT text := here_row ->> TG_ARGV[0];
    subject CONSTANT text := coalesce(here_row ->> TG_ARGV[2], '0');
    actor CONSTANT text := coalesce(nullif(current_setting('backoffice.actor', true), ''), 'database:' || session_user);
    origin CONSTANT jsonb := nullif(current_setting('backoffice.origin', true), '')::jsonb;
    moment CONSTANT timestamptz := clock_timestamp();
    here CONSTANT bigint := pg_current_xact_id()::text::bigint;
    entry_id CONSTANT uuid := gen_random_uuid();
    verb CONSTANT text := lower(TG_OP);
BEGIN
    INSERT INTO public.audit_change (uuid, table_name, row_key, verb, actor, address, recorded_at, transaction, body)
    SELECT entry_id, TG_TABLE_NAME, number, verb, actor, coalesce(origin ->> 'address', ''), moment, here,
        convert_to(
            '{"actor":' || to_json(actor)
            || ',"after":' || CASE WHEN is_gone THEN 'null' ELSE
                '{' || coalesce(string_agg(told.name || coalesce(to_json(told.after)::text, 'null'), ','
                                           ORDER BY told.key COLLATE "C"), '') || '}' END
            || ',"at":"' || to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            || '","before":' || CASE WHEN is_new THEN 'null' ELSE
                '{' || coalesce(string_agg(told.name || coalesce(to_json(told.before)::text, 'null'), ','
                                           ORDER BY told.key COLLATE "C"), '') || '}' END
            || ',"change":"' || verb || '","id":"' || entry_id || '"'
            || CASE WHEN origin IS NULL THEN '' ELSE ',"origin":{' || coalesce((
                SELECT string_agg(to_json(o.key)::text || ':' || coalesce(to_json(o.value)::text, 'null'), ','
                                  ORDER BY o.key COLLATE "C")
                FROM jsonb_each_text(origin) AS o), '') || '}' END
            || ',"row":' || to_json(number) || ',"table":' || to_json(TG_TABLE_NAME)
            || ',"transaction":"' || here || '"}', 'UTF8')
    FROM (
        SELECT one.key, to_json(one.key)::text || ':' AS name,
            CASE WHEN is_new THEN NULL
                 WHEN one.key = ANY (hidden) THEN 'hidden'
                 WHEN one.key = ANY (personal) AND old_row ->> one.key <> '' THEN
                     public.seal(subject_kind, subject, old_row ->> one.key)
                 ELSE old_row ->> one.key END AS before,
            CASE WHEN is_gone THEN NULL
                 WHEN one.key = ANY (hidden) THEN 'hidden'
                 WHEN one.key = ANY (personal) AND new_row ->> one.key <> '' THEN
                     public.seal(subject_kind, subject, new_row ->> one.key)
                 ELSE new_row ->> one.key END AS after
        FROM jsonb_each(here_row) AS one
        WHERE one.key <> ALL (ignored)
          AND (is_new OR is_gone OR old_row -> one.key IS DISTINCT FROM one.value)
    ) AS told
    HAVING is_new OR is_gone OR count(*) > 0;
    RETURN NULL;
END
$$;
"""
BEFORE = (
    "CREATE OR REPLACE FUNCTION audit_capture()"
    + first.CAPTURE.partition("CREATE FUNCTION audit_capture()")[2].partition("$$;")[0]
    + "$$;"
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(CAPTURE, BEFORE)]
