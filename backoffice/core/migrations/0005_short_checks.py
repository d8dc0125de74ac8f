"""Checks that are read anew by each statement are written short; and an index that another holds is gone."""

import django.db.models.deletion
from django.db import migrations, models

# Django lists words as an array of casts, of which each is a node that every statement on the table
# reads and reckons again: one array of text says the same, in a fifth of that.
SHORTEN = r"""
CREATE FUNCTION shorten_checks(shortened regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    words CONSTANT text := '\(ARRAY\[([^]]*)\]\)::text\[\]';
    one record;
    said text;
BEGIN
    FOR one IN SELECT conname, pg_get_constraintdef(oid) AS told FROM pg_constraint
               WHERE conrelid = shortened AND contype = 'c' LOOP
        CONTINUE WHEN regexp_replace(one.told, words, '', 'g') ~ '::character varying' OR one.told !~ words;
        said := regexp_replace(one.told, '''([A-Za-z_-]*)''::character varying', '"\1"', 'g');
        said := regexp_replace(said, words, '''{\1}''::text[]', 'g');
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s',
                       shortened, one.conname, one.conname, said);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION shorten_checks(regclass) FROM PUBLIC;
SELECT shorten_checks('core_work');
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0004_quicker")]

    operations = [
        migrations.AlterField(
            "work", "event",
            models.ForeignKey(
                "core.EventRecord", db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+"
            ),
        ),
        migrations.RunSQL(SHORTEN, "DROP FUNCTION shorten_checks(regclass)"),
    ]
