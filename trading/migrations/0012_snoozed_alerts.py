"""Alerts that are put off for a while."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trading', '0011_watched'),
    ]

    operations = [
        migrations.AddField(
            model_name='alert',
            name='snoozed_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
