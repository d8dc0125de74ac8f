"""Every change of these tables leaves an entry in the log, however it is made."""

from django.db import migrations

WATCHED = {
    "company_legalentity": "",
    "company_brand": "",
    "company_excludedsubject": "",
    "company_lettertemplate": "",
    "company_policyversion": "",
}


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("company", "0001_initial")]

    operations = [
        migrations.RunSQL(f"SELECT audit_watch('{table}'{how})", f"SELECT audit_unwatch('{table}')")
        for table, how in WATCHED.items()
    ]
