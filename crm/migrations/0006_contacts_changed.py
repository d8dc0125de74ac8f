"""A client keeps when e-mail or phone last became others: money that leaves cools off after it."""

from django.db import migrations, models

KEPT = """
CREATE FUNCTION crm_contact_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.contact_changed_at := clock_timestamp();
    RETURN NEW;
END
$$;
CREATE TRIGGER contact_changed BEFORE UPDATE ON crm_client FOR EACH ROW
    WHEN ((NEW.email, NEW.phone) IS DISTINCT FROM (OLD.email, OLD.phone))
    EXECUTE FUNCTION crm_contact_changed();
CREATE FUNCTION crm_contact_moment_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.contact_changed_at := OLD.contact_changed_at;
    RETURN NEW;
END
$$;
CREATE TRIGGER contact_moment_stays BEFORE UPDATE ON crm_client FOR EACH ROW
    WHEN (NEW.contact_changed_at IS DISTINCT FROM OLD.contact_changed_at
          AND (NEW.email, NEW.phone) IS NOT DISTINCT FROM (OLD.email, OLD.phone))
    EXECUTE FUNCTION crm_contact_moment_stays();
ALTER TABLE crm_client ENABLE ALWAYS TRIGGER contact_changed;
ALTER TABLE crm_client ENABLE ALWAYS TRIGGER contact_moment_stays;
"""
UNDONE = """
DROP FUNCTION crm_contact_changed() CASCADE;
DROP FUNCTION crm_contact_moment_stays() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0005_grants_watched")]

    operations = [
        migrations.AddField(
            "client",
            "contact_changed_at",
            models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunSQL(KEPT, UNDONE),
    ]
