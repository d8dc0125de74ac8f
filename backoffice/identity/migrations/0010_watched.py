"""Every change of these tables leaves an entry in the log, however it is made."""

from django.db import migrations

WATCHED = {
    "identity_desk": "",
    "identity_role": "",
    "identity_rolegrant": "",
    "identity_user": (
        ", subject_kind => 'user', subject_column => 'id', personal => '{email,full_name}', "
        "hidden => '{password}', ignored => '{last_login}'"
    ),
    "auth_group": "",
    "auth_group_permissions": "",
    # Of a second factor its coming and going: what each sign-in counts on it is no change of it.
    "otp_totp_totpdevice": ", hidden => '{key}', updates_of => '{user_id,confirmed,key}'",
    "otp_static_staticdevice": ", updates_of => '{user_id,confirmed}'",
}


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("identity", "0009_integration_permissions"), ("auth", "0012_alter_user_first_name_max_length"), ("otp_totp", "0003_add_timestamps"), ("otp_static", "0003_add_timestamps")]

    operations = [
        migrations.RunSQL(f"SELECT audit_watch('{table}'{how})", f"SELECT audit_unwatch('{table}')")
        for table, how in WATCHED.items()
    ]
