"""A bulk file's row in the log: who paused it, who went on, and what it was when people agreed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0030_disputes_guarded"), ("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "SELECT audit_watch('accounts_bulkfile', hidden => '{body,flaws}', ignored => '{carried_by,carried_until,next_try_at}')",
            "SELECT audit_unwatch('accounts_bulkfile')",
        )
    ]
