"""One more check: open positions."""

from django.db import migrations, models

NUMBERS = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 16, 17, 18, 19, 20, 21]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_bank_guarded")]

    operations = [
        migrations.RemoveConstraint("paymentcheck", "accounts_paymentcheck_words"),
        migrations.AddConstraint(
            "paymentcheck",
            models.CheckConstraint(
                condition=models.Q(
                    ("verdict__in", ["green", "amber", "red", "unknown"]),
                    ("occasion__in", ["request", "approval", "execution"]),
                    ("number__in", NUMBERS),
                ),
                name="accounts_paymentcheck_words",
            ),
        ),
    ]
