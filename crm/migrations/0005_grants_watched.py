"""Every change of a single grant leaves an entry in the log, however it is made."""

from django.db import migrations

HOW = ", subject_kind => 'client', subject_column => 'content_object_id'"


class Migration(migrations.Migration):
    dependencies = [("crm", "0004_grants_and_looks"), ("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"SELECT audit_watch('crm_clientgrant'{HOW})", "SELECT audit_unwatch('crm_clientgrant')"
        )
    ]
