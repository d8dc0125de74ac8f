"""Every change of these tables leaves an entry in the log, however it is made."""

from django.db import migrations

WATCHED = {
    "trading_server": "",
    "trading_sendingterms": ", key_column => 'server_id'",
    "trading_accounttype": "",
    # The mirror repeats what MetaTrader says; whose an account is, is ours.
    "trading_tradingaccount": (
        ", updates_of => '{client_id,bound_by,bound_at,server_id,login}', inserted_when => 'NEW.client_id IS NOT NULL', "
        "subject_kind => 'account', subject_column => 'id', personal => '{name,email,phone,city,comment}'"
    ),
    "trading_bindingbatch": "",
    "trading_bindingline": ", subject_kind => 'client', subject_column => 'client_id', personal => '{words}'",
    "trading_accountcommand": (
        ", subject_kind => 'client', subject_column => 'client_id', personal => '{payload,answer,reason,decision_note}', "
        "ignored => '{looked_at,changed_at}'"
    ),
    "trading_balanceoperation": ", ignored => '{changed_at}'",
    "trading_handsettlement": "",
    "trading_alert": ", ignored => '{count,latest_at}'",
}


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("trading", "0010_rows_held")]

    operations = [
        migrations.RunSQL(f"SELECT audit_watch('{table}'{how})", f"SELECT audit_unwatch('{table}')")
        for table, how in WATCHED.items()
    ]
