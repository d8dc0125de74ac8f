"""Every change of what machines may do leaves an entry in the log, however it is made."""

from django.db import migrations

WATCHED = {
    "machines_integration": ", key_column => 'user_id'",
    # Their use is in the table of calls; of the secrets not even the digests are told.
    "machines_signingkey": ", hidden => '{material}', ignored => '{last_used_at}'",
    "machines_accesstoken": (
        ", key_column => 'token_key', hidden => '{digest}', updates_of => '{revoked_at,revoked_by,scopes,expiry,user_id}'"
    ),
}


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("machines", "0001_initial")]

    operations = [
        migrations.RunSQL(f"SELECT audit_watch('{table}'{how})", f"SELECT audit_unwatch('{table}')")
        for table, how in WATCHED.items()
    ]
