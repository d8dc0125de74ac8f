"""Closed trades in monthly partitions: one bigint key for Django, (id, closed_at) in PostgreSQL.

The application may not create tables: it asks trading_ensure_deal_partition() for the month that it
needs, which belongs to the owner.
"""

import datetime

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import backoffice.core.amounts
import trading.models.fields

TABLE = """
CREATE TABLE trading_deal (
    id bigint NOT NULL,
    ticket bigint NOT NULL,
    cmd smallint NOT NULL,
    symbol varchar(32) NOT NULL,
    digits smallint NOT NULL,
    volume_hundredths bigint NOT NULL,
    opened_at timestamptz NOT NULL,
    opened_server_time timestamp NOT NULL,
    open_price numeric(20, 8) NOT NULL,
    stop_loss numeric(20, 8) NOT NULL,
    take_profit numeric(20, 8) NOT NULL,
    close_price numeric(20, 8) NOT NULL,
    expires_at timestamptz,
    currency varchar(4) NOT NULL,
    commission numeric(20, 4) NOT NULL,
    swap numeric(20, 4) NOT NULL,
    taxes numeric(20, 4) NOT NULL,
    profit numeric(20, 4) NOT NULL,
    margin_rate numeric(24, 10) NOT NULL,
    magic bigint NOT NULL,
    comment varchar(64) NOT NULL,
    parent_ticket bigint,
    changed_stamp bigint NOT NULL,
    mirrored_at timestamptz NOT NULL,
    closed_at timestamptz NOT NULL,
    closed_server_time timestamp NOT NULL,
    account_id bigint NOT NULL REFERENCES trading_tradingaccount (id) DEFERRABLE INITIALLY DEFERRED,
    server_id bigint NOT NULL,
    PRIMARY KEY (id, closed_at),
    CONSTRAINT trading_deal_volume CHECK (volume_hundredths >= 0),
    CONSTRAINT trading_deal_cmd CHECK (cmd BETWEEN 0 AND 5),
    CONSTRAINT trading_deal_closed CHECK (closed_at >= '1971-01-01 00:00:00+00'),
    CONSTRAINT trading_deal_key CHECK (id = server_id * 4294967296 + ticket),
    CONSTRAINT trading_deal_digits CHECK (
        commission = round(commission, currency_digits(currency))
        AND swap = round(swap, currency_digits(currency))
        AND taxes = round(taxes, currency_digits(currency))
        AND profit = round(profit, currency_digits(currency))
    )
) PARTITION BY RANGE (closed_at);
CREATE INDEX trading_deal_account_idx ON trading_deal (account_id, closed_at DESC, id DESC);
CREATE INDEX trading_deal_closed_brin ON trading_deal USING brin (closed_at);
"""

# A new partition is made beside the table and then attached: that locks out no reader.
ENSURE = """
CREATE FUNCTION trading_ensure_deal_partition(month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first_day date := date_trunc('month', month)::date;
    next_month date := (date_trunc('month', month) + interval '1 month')::date;
    partition text := format('trading_deal_%s', to_char(first_day, 'YYYY_MM'));
BEGIN
    IF month < '1971-01-01' OR month >= '2100-01-01' THEN
        RAISE EXCEPTION 'no deal closes in %', month USING ERRCODE = 'check_violation';
    END IF;
    IF to_regclass('public.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('trading_deal_partitions', 0));
    -- Not to_regclass: whoever waited for the lock still has the name in its cache as absent.
    IF EXISTS (
        SELECT FROM pg_class
        WHERE relname = partition AND relnamespace = 'public'::regnamespace
    ) THEN
        RETURN false;
    END IF;
    EXECUTE format(
        'CREATE TABLE public.%I (LIKE public.trading_deal INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
        partition
    );
    EXECUTE format(
        'ALTER TABLE public.trading_deal ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        partition, first_day::timestamp AT TIME ZONE 'UTC', next_month::timestamp AT TIME ZONE 'UTC'
    );
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION trading_ensure_deal_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trading_ensure_deal_partition(date) TO mt4bo_app;
"""


class Migration(migrations.Migration):
    dependencies = [('trading', '0001_initial')]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(TABLE, "DROP TABLE trading_deal"),
                migrations.RunSQL(ENSURE, "DROP FUNCTION trading_ensure_deal_partition(date)"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name='Deal',
                    fields=[
                        ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('ticket', models.BigIntegerField(verbose_name='ticket')),
                        ('cmd', models.PositiveSmallIntegerField(verbose_name='command')),
                        ('symbol', models.CharField(max_length=32, verbose_name='symbol')),
                        ('digits', models.PositiveSmallIntegerField()),
                        ('volume_hundredths', models.BigIntegerField(verbose_name='volume')),
                        ('opened_at', models.DateTimeField(verbose_name='opened')),
                        ('opened_server_time', trading.models.fields.WallTimeField()),
                        ('open_price', trading.models.fields.PriceField(verbose_name='open price')),
                        ('stop_loss', trading.models.fields.PriceField(verbose_name='stop loss')),
                        ('take_profit', trading.models.fields.PriceField(verbose_name='take profit')),
                        ('close_price', trading.models.fields.PriceField(verbose_name='close price')),
                        ('expires_at', models.DateTimeField(blank=True, null=True)),
                        ('currency', backoffice.core.amounts.CurrencyField(verbose_name='currency')),
                        ('commission', backoffice.core.amounts.AmountField(verbose_name='commission')),
                        ('swap', backoffice.core.amounts.AmountField(verbose_name='swap')),
                        ('taxes', backoffice.core.amounts.AmountField(verbose_name='taxes')),
                        ('profit', backoffice.core.amounts.AmountField(verbose_name='profit')),
                        ('margin_rate', models.DecimalField(decimal_places=10, max_digits=24)),
                        ('magic', models.BigIntegerField(default=0)),
                        ('comment', models.CharField(blank=True, default='', max_length=64, verbose_name='comment')),
                        ('parent_ticket', models.BigIntegerField(blank=True, null=True)),
                        ('changed_stamp', models.BigIntegerField(default=0)),
                        ('mirrored_at', models.DateTimeField()),
                        ('closed_at', models.DateTimeField(verbose_name='closed')),
                        ('closed_server_time', trading.models.fields.WallTimeField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deals', to='trading.tradingaccount')),
                        ('server', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='deals', to='trading.server')),
                    ],
                    options={
                        'verbose_name': 'closed trade',
                        'verbose_name_plural': 'closed trades',
                    },
                ),
                migrations.AddIndex(
                    model_name='deal',
                    index=models.Index(fields=['account', '-closed_at', '-id'], name='trading_deal_account_idx'),
                ),
                migrations.AddIndex(
                    model_name='deal',
                    index=django.contrib.postgres.indexes.BrinIndex(fields=['closed_at'], name='trading_deal_closed_brin'),
                ),
                migrations.AddConstraint(
                    model_name='deal',
                    constraint=models.CheckConstraint(condition=models.Q(('volume_hundredths__gte', 0)), name='trading_deal_volume'),
                ),
                migrations.AddConstraint(
                    model_name='deal',
                    constraint=models.CheckConstraint(condition=models.Q(('cmd__gte', 0), ('cmd__lte', 5)), name='trading_deal_cmd'),
                ),
                migrations.AddConstraint(
                    model_name='deal',
                    constraint=models.CheckConstraint(condition=models.Q(('closed_at__gte', datetime.datetime(1971, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), name='trading_deal_closed'),
                ),
                migrations.AddConstraint(
                    model_name='deal',
                    constraint=models.CheckConstraint(condition=models.Q(('id', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('server_id'), '*', models.Value(4294967296)), '+', models.F('ticket')))), name='trading_deal_key'),
                ),
                migrations.AddConstraint(
                    model_name='deal',
                    constraint=models.CheckConstraint(condition=models.Q(('commission', backoffice.core.amounts.Rounded(models.F('commission'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('swap', backoffice.core.amounts.Rounded(models.F('swap'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('taxes', backoffice.core.amounts.Rounded(models.F('taxes'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('profit', backoffice.core.amounts.Rounded(models.F('profit'), backoffice.core.amounts.CurrencyDigits(models.F('currency'))))), name='trading_deal_digits'),
                ),
            ],
        ),
    ]
