"""A difference may contradict a closed payment: MetaTrader booked what it had refused."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_watched")]

    operations = [
        migrations.AddField(
            model_name="discrepancy",
            name="payment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="denials",
                to="accounts.payment",
            ),
        ),
    ]
