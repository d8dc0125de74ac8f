"""The mirror of MetaTrader and the money commands; deals follow in a migration of their own."""

import backoffice.core.amounts
import datetime
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import trading.models.fields
import trading.states
import trading.terms
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('company', '0001_initial'),
        ('crm', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=32, verbose_name='name')),
                ('company', models.CharField(blank=True, default='', max_length=128, verbose_name='company')),
                ('currency', models.CharField(max_length=12, verbose_name='currency')),
                ('cent_factor', models.PositiveIntegerField(default=1, verbose_name='cents in a unit')),
                ('default_leverage', models.PositiveIntegerField(default=100)),
                ('margin_call_percent', models.DecimalField(decimal_places=2, max_digits=12)),
                ('stop_out_percent', models.DecimalField(decimal_places=2, max_digits=12)),
                ('free_margin_mode', models.PositiveSmallIntegerField(default=trading.terms.FreeMarginMode['USE_ALL'])),
                ('hedge_larger_leg', models.BooleanField(default=False)),
                ('virtual_credit', models.DecimalField(decimal_places=4, default=0, max_digits=20)),
                ('commission_type', models.PositiveSmallIntegerField(default=trading.terms.CommissionType['MONEY'])),
                ('commission', models.DecimalField(decimal_places=8, default=0, max_digits=20)),
                ('commission_symbols', models.JSONField(blank=True, default=list)),
                ('mirrored_at', models.DateTimeField()),
                ('legal_entity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='company.legalentity')),
            ],
            options={
                'verbose_name': 'group',
                'verbose_name_plural': 'groups',
            },
        ),
        migrations.CreateModel(
            name='Server',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.SlugField(max_length=32, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('kind', models.CharField(choices=[('live', 'Live'), ('demo', 'Demo')], max_length=8, verbose_name='kind')),
                ('timezone', models.CharField(max_length=64, verbose_name='time zone')),
                ('agent_url', models.URLField(verbose_name='agent address')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('legal_entity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='company.legalentity')),
            ],
            options={
                'verbose_name': 'MetaTrader server',
                'verbose_name_plural': 'MetaTrader servers',
            },
        ),
        migrations.CreateModel(
            name='TradingAccount',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('login', models.BigIntegerField(verbose_name='login')),
                ('bound_by', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ('bound_at', models.DateTimeField(blank=True, null=True)),
                ('name', models.CharField(blank=True, default='', max_length=128, verbose_name='name')),
                ('currency', backoffice.core.amounts.CurrencyField(verbose_name='currency')),
                ('leverage', models.PositiveIntegerField(verbose_name='leverage')),
                ('balance', backoffice.core.amounts.AmountField(verbose_name='balance')),
                ('credit', backoffice.core.amounts.AmountField(verbose_name='credit')),
                ('previous_balance', backoffice.core.amounts.AmountField(verbose_name='balance of the day before')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('read_only', models.BooleanField(default=False, verbose_name='may not trade')),
                ('email', models.CharField(blank=True, default='', max_length=128)),
                ('phone', models.CharField(blank=True, default='', max_length=64)),
                ('country', models.CharField(blank=True, default='', max_length=64)),
                ('city', models.CharField(blank=True, default='', max_length=64)),
                ('comment', models.CharField(blank=True, default='', max_length=128)),
                ('agent_login', models.BigIntegerField(default=0)),
                ('registered_at', models.DateTimeField(verbose_name='registered')),
                ('registered_server_time', trading.models.fields.WallTimeField()),
                ('changed_stamp', models.BigIntegerField(default=0)),
                ('closed_on_server', models.BooleanField(default=False)),
                ('mirrored_at', models.DateTimeField()),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.client')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='trading.group')),
                ('server', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='trading.server')),
            ],
            options={
                'verbose_name': 'trading account',
                'verbose_name_plural': 'trading accounts',
            },
        ),
        migrations.CreateModel(
            name='Position',
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
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='positions', to='trading.tradingaccount')),
                ('server', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='positions', to='trading.server')),
            ],
            options={
                'verbose_name': 'open position',
                'verbose_name_plural': 'open positions',
            },
        ),
        migrations.AddField(
            model_name='group',
            name='server',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='trading.server'),
        ),
        migrations.CreateModel(
            name='BalanceRecord',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('ticket', models.BigIntegerField(verbose_name='ticket')),
                ('cmd', models.PositiveSmallIntegerField(verbose_name='command')),
                ('currency', backoffice.core.amounts.CurrencyField(verbose_name='currency')),
                ('amount', backoffice.core.amounts.AmountField(verbose_name='amount')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('recorded_server_time', trading.models.fields.WallTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('comment', models.CharField(blank=True, default='', max_length=64, verbose_name='comment')),
                ('changed_stamp', models.BigIntegerField(default=0)),
                ('mirrored_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='balance_records', to='trading.tradingaccount')),
                ('server', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='balance_records', to='trading.server')),
            ],
            options={
                'verbose_name': 'balance record',
                'verbose_name_plural': 'balance records',
            },
        ),
        migrations.CreateModel(
            name='Symbol',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=32, verbose_name='name')),
                ('description', models.CharField(blank=True, default='', max_length=128, verbose_name='description')),
                ('security', models.CharField(blank=True, default='', max_length=32, verbose_name='security')),
                ('base_currency', models.CharField(blank=True, default='', max_length=12)),
                ('profit_currency', models.CharField(max_length=12)),
                ('margin_currency', models.CharField(max_length=12)),
                ('digits', models.PositiveSmallIntegerField(verbose_name='digits')),
                ('contract_size', models.DecimalField(decimal_places=8, max_digits=24)),
                ('profit_mode', models.PositiveSmallIntegerField(default=trading.terms.ProfitMode['FOREX'])),
                ('margin_mode', models.PositiveSmallIntegerField(default=trading.terms.MarginMode['FOREX'])),
                ('margin_initial', models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ('margin_hedged', models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ('margin_percentage', models.DecimalField(decimal_places=8, default=100, max_digits=24)),
                ('tick_size', models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ('tick_price', models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ('swap_type', models.PositiveSmallIntegerField(default=trading.terms.SwapType['POINTS'])),
                ('swap_long', models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ('swap_short', models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ('swap_triple_weekday', models.SmallIntegerField(default=2)),
                ('stops_level', models.IntegerField(default=0)),
                ('trade_enabled', models.BooleanField(default=True)),
                ('mirrored_at', models.DateTimeField()),
                ('server', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='symbols', to='trading.server')),
            ],
            options={
                'verbose_name': 'symbol',
                'verbose_name_plural': 'symbols',
            },
        ),
        migrations.CreateModel(
            name='AccountFigures',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='figures', serialize=False, to='trading.tradingaccount')),
                ('currency', backoffice.core.amounts.CurrencyField()),
                ('balance', backoffice.core.amounts.AmountField()),
                ('credit', backoffice.core.amounts.AmountField()),
                ('floating', backoffice.core.amounts.AmountField(null=True)),
                ('equity', backoffice.core.amounts.AmountField(null=True)),
                ('margin', backoffice.core.amounts.AmountField(null=True)),
                ('free_margin', backoffice.core.amounts.AmountField(null=True)),
                ('level', models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ('level_type', models.PositiveSmallIntegerField(default=trading.terms.LevelType['OK'], null=True)),
                ('positions', models.PositiveIntegerField(default=0)),
                ('volume_hundredths', models.BigIntegerField(default=0)),
                ('needs', models.JSONField(blank=True, default=list)),
                ('figures_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'figures of an account',
                'verbose_name_plural': 'figures of accounts',
                'constraints': [models.CheckConstraint(condition=models.Q(('balance', backoffice.core.amounts.Rounded(models.F('balance'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('credit', backoffice.core.amounts.Rounded(models.F('credit'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('floating', backoffice.core.amounts.Rounded(models.F('floating'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('equity', backoffice.core.amounts.Rounded(models.F('equity'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('margin', backoffice.core.amounts.Rounded(models.F('margin'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('free_margin', backoffice.core.amounts.Rounded(models.F('free_margin'), backoffice.core.amounts.CurrencyDigits(models.F('currency'))))), name='trading_figures_digits')],
            },
        ),
        migrations.CreateModel(
            name='BalanceOperation',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.UUIDField(editable=False, unique=True)),
                ('marker', models.CharField(editable=False, max_length=31, unique=True)),
                ('kind', models.CharField(choices=[(trading.terms.BalanceKind['BALANCE'], 'Balance'), (trading.terms.BalanceKind['CREDIT'], 'Credit')], max_length=8)),
                ('amount', backoffice.core.amounts.AmountField(verbose_name='amount')),
                ('currency', backoffice.core.amounts.CurrencyField(verbose_name='currency')),
                ('comment', models.CharField(blank=True, default='', max_length=31)),
                ('state', models.CharField(choices=[(trading.states.Operation['NOT_STARTED'], 'Not started'), (trading.states.Operation['SENDING'], 'Being sent'), (trading.states.Operation['CONFIRMED'], 'Confirmed by MetaTrader'), (trading.states.Operation['REFUSED'], 'Refused by MetaTrader'), (trading.states.Operation['UNCERTAIN'], 'No clear answer'), (trading.states.Operation['ABSENT'], 'Proved absent'), (trading.states.Operation['MANUAL'], 'Waits for a person')], default=trading.states.Operation['NOT_STARTED'], max_length=16)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('deadline_at', models.DateTimeField(blank=True, null=True)),
                ('ticket', models.BigIntegerField(blank=True, null=True)),
                ('code', models.IntegerField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('created_by', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='balance_operations', to='trading.tradingaccount')),
            ],
            options={
                'verbose_name': 'balance operation',
                'verbose_name_plural': 'balance operations',
                'indexes': [models.Index(fields=['account', '-created_at'], name='trading_balanceop_account_idx'), models.Index(condition=models.Q(('state__in', [trading.states.Operation['SENDING'], trading.states.Operation['UNCERTAIN']])), fields=['changed_at'], name='trading_balanceop_open_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['balance', 'credit'])), name='trading_balanceoperation_kind'), models.CheckConstraint(condition=models.Q(('state__in', ['NOT_STARTED', 'SENDING', 'CONFIRMED', 'REFUSED', 'UNCERTAIN', 'ABSENT', 'MANUAL'])), name='trading_balanceoperation_state'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='trading_balanceoperation_amount'), models.CheckConstraint(condition=models.Q(models.Q(('state', trading.states.Operation['CONFIRMED']), _negated=True), ('ticket__isnull', False), _connector='OR'), name='trading_balanceoperation_confirmed_ticket'), models.CheckConstraint(condition=models.Q(models.Q(('state', trading.states.Operation['SENDING']), _negated=True), models.Q(('attempts__gte', 1), ('deadline_at__isnull', False)), _connector='OR'), name='trading_balanceoperation_sending_attempt'), models.CheckConstraint(condition=models.Q(('amount', backoffice.core.amounts.Rounded(models.F('amount'), backoffice.core.amounts.CurrencyDigits(models.F('currency'))))), name='trading_balanceoperation_digits')],
            },
        ),
        migrations.CreateModel(
            name='ServerState',
            fields=[
                ('server', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='state', serialize=False, to='trading.server')),
                ('users_stamp', models.BigIntegerField(default=0)),
                ('users_pass_stamp', models.BigIntegerField(default=0)),
                ('users_page', models.CharField(blank=True, default='', max_length=64)),
                ('trades_stamp', models.BigIntegerField(default=0)),
                ('trades_pass_stamp', models.BigIntegerField(default=0)),
                ('trades_page', models.CharField(blank=True, default='', max_length=64)),
                ('synced_at', models.DateTimeField(null=True)),
                ('last_full_at', models.DateTimeField(null=True)),
                ('last_message_at', models.DateTimeField(null=True)),
                ('status', models.CharField(choices=[(trading.states.ServerStatus['NEW'], 'Not read yet'), (trading.states.ServerStatus['LOADING'], 'Loading'), (trading.states.ServerStatus['CURRENT'], 'Up to date'), (trading.states.ServerStatus['UNREACHABLE'], 'Unreachable')], default=trading.states.ServerStatus['NEW'], max_length=16)),
                ('status_reason', models.CharField(blank=True, default='', max_length=300)),
                ('status_since', models.DateTimeField(null=True)),
                ('journal_id', models.CharField(blank=True, default='', max_length=64)),
            ],
            options={
                'verbose_name': 'state of a server',
                'verbose_name_plural': 'states of servers',
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['new', 'loading', 'current', 'unreachable'])), name='trading_serverstate_status')],
            },
        ),
        migrations.AddIndex(
            model_name='tradingaccount',
            index=models.Index(fields=['login'], name='trading_account_login_idx'),
        ),
        migrations.AddConstraint(
            model_name='tradingaccount',
            constraint=models.UniqueConstraint(fields=('server', 'login'), name='trading_account_server_login'),
        ),
        migrations.AddConstraint(
            model_name='tradingaccount',
            constraint=models.CheckConstraint(condition=models.Q(('login__gt', 0)), name='trading_account_login'),
        ),
        migrations.AddConstraint(
            model_name='tradingaccount',
            constraint=models.CheckConstraint(condition=models.Q(('balance', backoffice.core.amounts.Rounded(models.F('balance'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('credit', backoffice.core.amounts.Rounded(models.F('credit'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('previous_balance', backoffice.core.amounts.Rounded(models.F('previous_balance'), backoffice.core.amounts.CurrencyDigits(models.F('currency'))))), name='trading_account_digits'),
        ),
        migrations.AddConstraint(
            model_name='server',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['live', 'demo'])), name='trading_server_kind'),
        ),
        migrations.AddConstraint(
            model_name='server',
            constraint=models.CheckConstraint(condition=models.Q(('id__gt', 0), ('id__lt', 2147483648)), name='trading_server_id_range'),
        ),
        migrations.AddIndex(
            model_name='position',
            index=models.Index(fields=['account', '-opened_at'], name='trading_position_account_idx'),
        ),
        migrations.AddIndex(
            model_name='position',
            index=models.Index(fields=['server', 'symbol'], name='trading_position_symbol_idx'),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.CheckConstraint(condition=models.Q(('volume_hundredths__gte', 0)), name='trading_position_volume'),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.CheckConstraint(condition=models.Q(('cmd__gte', 0), ('cmd__lte', 5)), name='trading_position_cmd'),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.CheckConstraint(condition=models.Q(('id', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('server_id'), '*', models.Value(4294967296)), '+', models.F('ticket')))), name='trading_position_key'),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.CheckConstraint(condition=models.Q(('commission', backoffice.core.amounts.Rounded(models.F('commission'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('swap', backoffice.core.amounts.Rounded(models.F('swap'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('taxes', backoffice.core.amounts.Rounded(models.F('taxes'), backoffice.core.amounts.CurrencyDigits(models.F('currency')))), ('profit', backoffice.core.amounts.Rounded(models.F('profit'), backoffice.core.amounts.CurrencyDigits(models.F('currency'))))), name='trading_position_digits'),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.UniqueConstraint(fields=('server', 'name'), name='trading_group_server_name'),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.CheckConstraint(condition=models.Q(('cent_factor__gte', 1)), name='trading_group_cent_factor'),
        ),
        migrations.AddIndex(
            model_name='balancerecord',
            index=models.Index(fields=['account', '-recorded_at', '-id'], name='trading_balancerecord_account'),
        ),
        migrations.AddConstraint(
            model_name='balancerecord',
            constraint=models.CheckConstraint(condition=models.Q(('cmd__in', [6, 7])), name='trading_balancerecord_cmd'),
        ),
        migrations.AddConstraint(
            model_name='balancerecord',
            constraint=models.CheckConstraint(condition=models.Q(('id', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('server_id'), '*', models.Value(4294967296)), '+', models.F('ticket')))), name='trading_balancerecord_key'),
        ),
        migrations.AddConstraint(
            model_name='balancerecord',
            constraint=models.CheckConstraint(condition=models.Q(('amount', backoffice.core.amounts.Rounded(models.F('amount'), backoffice.core.amounts.CurrencyDigits(models.F('currency'))))), name='trading_balancerecord_digits'),
        ),
        migrations.AddConstraint(
            model_name='symbol',
            constraint=models.UniqueConstraint(fields=('server', 'name'), name='trading_symbol_server_name'),
        ),
        migrations.AddConstraint(
            model_name='symbol',
            constraint=models.CheckConstraint(condition=models.Q(('digits__lte', 8)), name='trading_symbol_digits'),
        ),
    ]
