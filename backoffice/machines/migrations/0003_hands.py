"""Whose hands an integration is: written by PostgreSQL with every integration, key and token; it only grows."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

WRITTEN = """
CREATE FUNCTION machines_hand_noted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- TG_ARGV: which column names the giver.
    INSERT INTO machines_hand (machine_id, person_id)
    SELECT NEW.user_id, u.id FROM identity_user u
    WHERE u.id = substring(to_jsonb(NEW) ->> TG_ARGV[0] FROM '^staff:([0-9]+)$')::bigint
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
"""
# Who gave it never changes afterwards: it decides who may agree.
GIVERS = {"machines_integration": "created_by", "machines_signingkey": "added_by", "machines_accesstoken": "issued_by"}
NOTED = """
CREATE FUNCTION {table}_giver_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (NEW.user_id, NEW.{column}) IS DISTINCT FROM (OLD.user_id, OLD.{column}) THEN
        RAISE EXCEPTION '{table}: whose it is and who gave it never change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'machines_giver_stays';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER giver_stays BEFORE UPDATE OF user_id, {column} ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_giver_stays();
CREATE TRIGGER hand_noted AFTER INSERT ON {table}
    FOR EACH ROW EXECUTE FUNCTION machines_hand_noted('{column}');
ALTER TABLE {table} ENABLE ALWAYS TRIGGER giver_stays;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER hand_noted;
INSERT INTO machines_hand (machine_id, person_id)
SELECT DISTINCT t.user_id, u.id FROM {table} t
JOIN identity_user u ON u.id = substring(t.{column} FROM '^staff:([0-9]+)$')::bigint
ON CONFLICT DO NOTHING;
"""
UNNOTED = """
DROP TRIGGER hand_noted ON {table};
DROP FUNCTION {table}_giver_stays() CASCADE;
"""
GROWS = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON machines_hand FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON machines_hand FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE machines_hand ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE machines_hand ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON machines_hand FROM mt4bo_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("machines", "0002_watched"),
        ("core", "0002_events_only_grow"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Hand",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField(db_default=Now())),
                (
                    "machine",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["machine", "person"], name="machines_hand_once"),
                ],
            },
        ),
        migrations.RunSQL(GROWS, migrations.RunSQL.noop),
        migrations.RunSQL(WRITTEN, "DROP FUNCTION machines_hand_noted() CASCADE"),
        *(
            migrations.RunSQL(NOTED.format(table=table, column=column), UNNOTED.format(table=table))
            for table, column in GIVERS.items()
        ),
    ]
