"""What each sign-in counts on a second factor is no change of it."""

from django.db import migrations

COUNTED = "throttling_failure_timestamp,throttling_failure_count,last_used_at"
HOW = {
    "otp_totp_totpdevice": f", hidden => '{{key}}', ignored => '{{{COUNTED},last_t,drift}}'",
    "otp_static_staticdevice": f", ignored => '{{{COUNTED}}}'",
}
BEFORE = {
    "otp_totp_totpdevice": ", hidden => '{key}', updates_of => '{user_id,confirmed,key}'",
    "otp_static_staticdevice": ", updates_of => '{user_id,confirmed}'",
}


def again(table, how):
    return f"SELECT audit_unwatch('{table}'); SELECT audit_watch('{table}'{how});"


class Migration(migrations.Migration):
    dependencies = [("identity", "0010_watched")]

    operations = [migrations.RunSQL(again(table, how), again(table, BEFORE[table])) for table, how in HOW.items()]
