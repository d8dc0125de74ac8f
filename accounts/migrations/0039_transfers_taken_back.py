"""A transfer that may go and has not left can be taken back."""

from django.db import migrations

MOVE = "('APPROVED', 'CANCELLED')"


class Migration(migrations.Migration):

    dependencies = [('accounts', '0038_who_gets_it')]

    operations = [
        migrations.RunSQL(
            f"INSERT INTO accounts_lawful_transfer_move (before, after) VALUES {MOVE}",
            f"DELETE FROM accounts_lawful_transfer_move WHERE (before, after) = {MOVE}",
        )
    ]
