"""Who may do what with withdrawals, on the first day; from then on these are rows to be edited."""

from django.db import migrations

SEES = ['accounts.payment.view']
ASKS = [*SEES, 'accounts.withdrawal.request']
ADDED = {
    'sales_agent': ASKS,
    'sales_manager': ASKS,
    'retention': ASKS,
    'support': ASKS,
    'back_office': [*ASKS, 'accounts.withdrawal.approve'],
    'finance': [*SEES, 'accounts.payout.send', 'accounts.payout.confirm', 'accounts.payout.return',
                'accounts.books.view'],
    'dealer': SEES,
    'risk': SEES,
    'compliance': [*SEES, 'accounts.withdrawal.approve', 'accounts.withdrawal.approve_red',
                   'accounts.payout.confirm', 'accounts.payout.return', 'accounts.books.view'],
    'auditor': [*SEES, 'accounts.books.view'],
    'administrator': [*SEES, 'accounts.books.view', 'trading.sending_terms.set'],
}


def add(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for role in Role.objects.filter(is_builtin=True, code__in=ADDED):
        role.permissions = sorted({*role.permissions, *ADDED[role.code]})
        role.save(update_fields=['permissions'])


def take_away(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for role in Role.objects.filter(is_builtin=True, code__in=ADDED):
        role.permissions = sorted(set(role.permissions) - set(ADDED[role.code]))
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [('identity', '0002_seed_roles')]

    operations = [migrations.RunPython(add, take_away)]
