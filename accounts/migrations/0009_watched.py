"""Every change of these tables leaves an entry in the log, however it is made."""

from django.db import migrations

WATCHED = {
    "accounts_ledgeraccount": "",
    "accounts_entry": "",
    "accounts_paymentmethod": "",
    "accounts_payment": (
        ", subject_kind => 'client', subject_column => 'client_id', "
        "personal => '{requisite,requisite_key,holder,note,stated_text,missing_text,reject_note,return_reason}'"
    ),
    "accounts_paymentapproval": "",
}


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("accounts", "0008_second_looks")]

    operations = [
        migrations.RunSQL(f"SELECT audit_watch('{table}'{how})", f"SELECT audit_unwatch('{table}')")
        for table, how in WATCHED.items()
    ]
