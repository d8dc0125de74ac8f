"""Every change of these tables leaves an entry in the log, however it is made."""

from django.db import migrations

WATCHED = {
    "approvals_approvalpolicy": "",
    "approvals_clientinterest": ", subject_kind => 'client', subject_column => 'client_id'",
    "approvals_votedelegation": ", personal => '{reason}'",
}


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("approvals", "0004_who_uses_it")]

    operations = [
        migrations.RunSQL(f"SELECT audit_watch('{table}'{how})", f"SELECT audit_unwatch('{table}')")
        for table, how in WATCHED.items()
    ]
