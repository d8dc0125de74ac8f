"""The coming and going of a passkey leaves an entry in the log, however it is made."""

from django.db import migrations

HOW = ", updates_of => '{user_id,confirmed,name,credential_id,public_key}'"


class Migration(migrations.Migration):
    dependencies = [("identity", "0013_devices_and_passkeys")]

    operations = [
        migrations.RunSQL(
            f"SELECT audit_watch('identity_passkey'{HOW})", "SELECT audit_unwatch('identity_passkey')"
        )
    ]
