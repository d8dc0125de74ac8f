"""Indexes by which lists of a million rows are read: payments by their end, deposits of a day."""

from django.db import migrations, models

FINAL = ["CANCELLED", "PAID", "REFUSED", "REJECTED", "RETURNED"]


class Migration(migrations.Migration):

    dependencies = [("accounts", "0042_terms_guarded")]

    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                fields=["state", "due_at", "-amount", "id"],
                condition=models.Q(("state__in", FINAL)),
                name="accounts_payment_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="deposit",
            index=models.Index(
                fields=["-closed_at"],
                condition=models.Q(("closed_at__isnull", False)),
                name="accounts_deposit_closed",
            ),
        ),
    ]
