"""Cases of reconciliation are told, agreed to and cured; two more classes; each day's comparison."""

import accounts.states
import django.contrib.postgres.indexes
from django.db import migrations, models


# What stands was told of as it was found, a difference of balances at its second sighting.
TOLD = "UPDATE accounts_discrepancy SET told_at = found_at WHERE gap <> 'balance' OR sightings >= 2"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0020_transfers_guarded'),
        ('company', '0002_watched'),
        ('trading', '0014_reconciled'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReconciledDay',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('begun_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('accounts', models.PositiveIntegerField()),
                ('records', models.PositiveIntegerField()),
                ('booked', models.PositiveIntegerField()),
                ('differing', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'reconciled day',
                'verbose_name_plural': 'reconciled days',
                'indexes': [
                    models.Index(fields=['-begun_at'], name='accounts_reconciledday_latest'),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name='discrepancy',
            name='accounts_discrepancy_gap',
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='agreed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='agreed_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='cure',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='evidence',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='note',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='told_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='discrepancy',
            name='gap',
            field=models.CharField(choices=[(accounts.states.Gap['MISSING_IN_MT4'], 'Booked here, missing in MetaTrader'), (accounts.states.Gap['MISSING_IN_LEDGER'], 'Our marker in MetaTrader, not booked here'), (accounts.states.Gap['AMOUNT'], 'Another amount in MetaTrader than here'), (accounts.states.Gap['DUPLICATE_MARKER'], 'Two records in MetaTrader carry one marker'), (accounts.states.Gap['CHANGED_MARKER'], 'A record of ours, its marker changed in MetaTrader'), (accounts.states.Gap['DAMAGED_MARKER'], 'A comment that opens like our marker and is none'), (accounts.states.Gap['BALANCE'], 'The balance differs, and no record explains it')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='bookedticket',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['booked_at'], name='accounts_bookedticket_when'),
        ),
        migrations.RunSQL(TOLD, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='discrepancy',
            constraint=models.CheckConstraint(condition=models.Q(('gap__in', ['missing_in_mt4', 'missing_in_ledger', 'amount', 'duplicate_marker', 'changed_marker', 'damaged_marker', 'balance'])), name='accounts_discrepancy_gap'),
        ),
    ]
