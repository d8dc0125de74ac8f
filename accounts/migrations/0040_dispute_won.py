"""Who sent a dispute's evidence does not tell that it won."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0039_transfers_taken_back'),
        ('company', '0002_watched'),
        ('crm', '0007_client_letters'),
        ('trading', '0017_short_checks'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'WON'), _negated=True), models.Q(('ended_by', models.F('sent_by')), _negated=True), _connector='OR'), name='accounts_dispute_won'),
        ),
    ]
