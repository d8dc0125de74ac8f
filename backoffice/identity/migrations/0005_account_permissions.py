"""Who may open, change, shut and confirm trading accounts on the first day; rows from then on."""

from django.db import migrations

ADDED = {
    'support': ['trading.account.open', 'trading.account.reset_password'],
    'back_office': ['trading.account.open', 'trading.account.change', 'trading.account.suspend',
                    'trading.account.reset_password', 'trading.account.confirm'],
    'dealer': ['trading.account.change', 'trading.account.suspend', 'trading.account.confirm'],
    'risk': ['trading.account.suspend', 'trading.account.confirm'],
    'compliance': ['trading.account.suspend', 'trading.account.confirm'],
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

    dependencies = [('identity', '0004_settling_permissions')]

    operations = [migrations.RunPython(add, take_away)]
