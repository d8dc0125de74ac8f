"""Every change of these tables leaves an entry in the log, however it is made."""

from django.db import migrations

WATCHED = {
    "crm_client": (
        ", subject_kind => 'client', subject_column => 'id', "
        "personal => '{full_name,email,phone,phone_digits,name_key,city}'"
    ),
}


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("crm", "0002_recognised")]

    operations = [
        migrations.RunSQL(f"SELECT audit_watch('{table}'{how})", f"SELECT audit_unwatch('{table}')")
        for table, how in WATCHED.items()
    ]
