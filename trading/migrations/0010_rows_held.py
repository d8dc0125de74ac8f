"""What a server's state tells of its mirror: rows held, and what comparisons had to repair."""

from django.db import migrations, models

COUNTS = ("accounts_held", "open_held", "closed_held", "money_held", "repaired")


class Migration(migrations.Migration):
    dependencies = [('trading', '0009_what_others_change')]

    operations = [
        *(
            migrations.AddField(
                model_name='serverstate',
                name=name,
                field=models.PositiveBigIntegerField(db_default=0, default=0),
            )
            for name in COUNTS
        ),
        migrations.AddField(
            model_name='serverstate',
            name='repaired_at',
            field=models.DateTimeField(null=True),
        ),
    ]
