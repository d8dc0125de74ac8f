"""Two people settle by hand what machines could not decide; PostgreSQL asks for both."""

import django.db.models.deletion
import trading.states
from django.db import migrations, models

# Out of MANUAL only by a proposal that another person confirmed at the very same moment.
OPERATION = """
CREATE FUNCTION trading_operation_by_two() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM trading_handsettlement
        WHERE operation_id = NEW.id AND state = 'CONFIRMED' AND decided_at = NEW.changed_at
          AND decided_by <> '' AND decided_by <> proposed_by
          AND ((outcome = 'moved' AND NEW.state = 'CONFIRMED' AND ticket = NEW.ticket)
               OR (outcome = 'not_moved' AND NEW.state = 'ABANDONED'))
    ) THEN
        RAISE EXCEPTION 'operation %: two people have to settle it', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'trading_balanceoperation_by_two';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER by_two BEFORE UPDATE ON trading_balanceoperation
    FOR EACH ROW WHEN (OLD.state = 'MANUAL' AND NEW.state <> 'MANUAL')
    EXECUTE FUNCTION trading_operation_by_two();
ALTER TABLE trading_balanceoperation ENABLE ALWAYS TRIGGER by_two;
"""

# A proposal begins open, is decided once, and stays.
SETTLEMENT = """
CREATE FUNCTION trading_settlement_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'PROPOSED' OR NEW.decided_by <> '' THEN
            RAISE EXCEPTION 'settlement: it begins as a proposal'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'trading_handsettlement_begins';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'PROPOSED'
       OR (NEW.id, NEW.operation_id, NEW.outcome, NEW.ticket, NEW.reason, NEW.proposed_by, NEW.proposed_at, NEW.seen)
          IS DISTINCT FROM
          (OLD.id, OLD.operation_id, OLD.outcome, OLD.ticket, OLD.reason, OLD.proposed_by, OLD.proposed_at, OLD.seen)
    THEN
        RAISE EXCEPTION 'settlement %: what was proposed and decided stays', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'trading_handsettlement_stays';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON trading_handsettlement
    FOR EACH ROW EXECUTE FUNCTION trading_settlement_moves();
ALTER TABLE trading_handsettlement ENABLE ALWAYS TRIGGER moves;
CREATE TRIGGER stays BEFORE DELETE ON trading_handsettlement
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON trading_handsettlement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE trading_handsettlement ENABLE ALWAYS TRIGGER stays;
ALTER TABLE trading_handsettlement ENABLE ALWAYS TRIGGER never_emptied;
REVOKE DELETE, TRUNCATE ON trading_handsettlement FROM mt4bo_app;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('trading', '0005_whose_account'),
        ('core', '0002_events_only_grow'),
    ]

    operations = [
        migrations.AlterField(
            model_name='balanceoperation',
            name='state',
            field=models.CharField(choices=[(trading.states.Operation['NOT_STARTED'], 'Not started'), (trading.states.Operation['SENDING'], 'Being sent'), (trading.states.Operation['CONFIRMED'], 'Confirmed by MetaTrader'), (trading.states.Operation['REFUSED'], 'Refused by MetaTrader'), (trading.states.Operation['UNCERTAIN'], 'No clear answer'), (trading.states.Operation['ABSENT'], 'Proved absent'), (trading.states.Operation['MANUAL'], 'Waits for a person'), (trading.states.Operation['ABANDONED'], 'Given up: nothing moved')], default=trading.states.Operation['NOT_STARTED'], max_length=16),
        ),
        migrations.CreateModel(
            name='HandSettlement',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('outcome', models.CharField(choices=[(trading.states.Outcome['MOVED'], 'It moved: MetaTrader has the record'), (trading.states.Outcome['NOT_MOVED'], 'It did not move')], max_length=12)),
                ('ticket', models.BigIntegerField(null=True)),
                ('reason', models.CharField(max_length=300)),
                ('state', models.CharField(choices=[(trading.states.Settling['PROPOSED'], 'Waits for a second person'), (trading.states.Settling['CONFIRMED'], 'Confirmed'), (trading.states.Settling['DECLINED'], 'Declined')], default=trading.states.Settling['PROPOSED'], max_length=12)),
                ('proposed_by', models.CharField(max_length=64)),
                ('proposed_at', models.DateTimeField()),
                ('seen', models.JSONField()),
                ('decided_by', models.CharField(blank=True, default='', max_length=64)),
                ('decided_at', models.DateTimeField(null=True)),
                ('seen_again', models.JSONField(blank=True, default=dict)),
                ('declined_because', models.CharField(blank=True, default='', max_length=300)),
                ('operation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='trading.balanceoperation')),
            ],
            options={
                'verbose_name': 'settlement by hand',
                'verbose_name_plural': 'settlements by hand',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['PROPOSED', 'CONFIRMED', 'DECLINED']), ('outcome__in', ['moved', 'not_moved']), models.Q(('reason', ''), _negated=True), models.Q(('proposed_by', ''), _negated=True)), name='trading_handsettlement_words'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'moved'), ('ticket__isnull', False)), models.Q(('outcome', 'not_moved'), ('ticket__isnull', True)), _connector='OR'), name='trading_handsettlement_ticket'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'CONFIRMED'), _negated=True), models.Q(models.Q(('decided_by', ''), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='trading_handsettlement_by_two'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'DECLINED'), _negated=True), models.Q(models.Q(('declined_because', ''), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='trading_handsettlement_declined_why'), models.UniqueConstraint(condition=models.Q(('state', 'PROPOSED')), fields=('operation',), name='trading_handsettlement_one_open')],
            },
        ),
        migrations.RunSQL(OPERATION, "DROP FUNCTION trading_operation_by_two() CASCADE"),
        migrations.RunSQL(SETTLEMENT, "DROP FUNCTION trading_settlement_moves() CASCADE"),
    ]
