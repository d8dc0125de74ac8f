"""A money record that the server is known to have lost; records by when the mirror took them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trading', '0013_confirmed_on_the_engine'),
    ]

    operations = [
        migrations.AddField(
            model_name='balancerecord',
            name='gone_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='balancerecord',
            index=models.Index(fields=['mirrored_at'], name='trading_balancerecord_mirrored'),
        ),
    ]
