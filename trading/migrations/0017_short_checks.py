"""An operation's checks are short, and the index that begins with its account is the only one of those."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("trading_balanceoperation", "trading_balanceattempt")


class Migration(migrations.Migration):
    dependencies = [("trading", "0016_by_hand"), ("core", "0005_short_checks")]

    operations = [
        migrations.AlterField(
            "balanceoperation", "account",
            models.ForeignKey(
                "trading.TradingAccount", db_index=False, on_delete=django.db.models.deletion.PROTECT,
                related_name="balance_operations",
            ),
        ),
        *(migrations.RunSQL(f"SELECT shorten_checks('{table}')", migrations.RunSQL.noop) for table in TABLES),
    ]
