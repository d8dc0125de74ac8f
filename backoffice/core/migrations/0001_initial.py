"""Events, the work they cause, used-up keys; and currency_digits(), on which amounts are checked."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


# The digits of money.DIGITS, as they were when this migration was written; a test compares them.
CURRENCY_DIGITS = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mt4bo_events') THEN
        RAISE EXCEPTION 'This database has no roles yet: run manage.py provision_database first';
    END IF;
END
$$;
CREATE FUNCTION currency_digits(currency text) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
    WHEN currency IN (
        'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF',
        'XPF'
    ) THEN 0
    WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
    WHEN currency IN ('BTC', 'CLF', 'ETH', 'UYW') THEN 4
    ELSE 2
END;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.RunSQL(CURRENCY_DIGITS, 'DROP FUNCTION currency_digits(text)'),
        migrations.CreateModel(
            name='EventRecord',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uuid', models.UUIDField(unique=True)),
                ('name', models.TextField()),
                ('actor', models.TextField()),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('body', models.BinaryField()),
            ],
            options={
                'db_table': 'core_event',
                'indexes': [models.Index(models.F('name'), models.OrderBy(models.F('id'), descending=True), name='core_event_by_name')],
            },
        ),
        migrations.CreateModel(
            name='EventSubject',
            fields=[
                ('pk', models.CompositePrimaryKey('kind', 'key', 'event_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('key', models.TextField()),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subjects', to='core.eventrecord')),
            ],
            options={
                'db_table': 'core_event_subject',
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('key', models.TextField(primary_key=True, serialize=False)),
                ('used_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'core_idempotency_key',
                'indexes': [models.Index(fields=['used_at'], name='core_idempotency_by_age')],
            },
        ),
        migrations.CreateModel(
            name='Work',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reaction', models.TextField()),
                ('state', models.CharField(choices=[('WAITING', 'Waiting'), ('DONE', 'Done'), ('STUCK', 'Stuck')], default='WAITING', max_length=8)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('run_after', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('last_error', models.TextField(blank=True, default='')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.eventrecord')),
            ],
            options={
                'db_table': 'core_work',
                'indexes': [models.Index(condition=models.Q(('state', 'WAITING')), fields=['run_after', 'id'], name='core_work_due'), models.Index(condition=models.Q(('state', 'STUCK')), fields=['id'], name='core_work_stuck')],
                'constraints': [models.UniqueConstraint(fields=('event', 'reaction'), name='core_work_once_per_event'), models.CheckConstraint(condition=models.Q(('state__in', ['WAITING', 'DONE', 'STUCK'])), name='core_work_state_known')],
            },
        ),
    ]
