"""Who sees what others change on the servers, and closes alerts, on the first day."""

from django.db import migrations

ADDED = {
    'back_office': ['trading.change.view'],
    'dealer': ['trading.change.view', 'trading.alert.close'],
    'risk': ['trading.change.view', 'trading.alert.close'],
    'compliance': ['trading.change.view', 'trading.alert.close'],
    'auditor': ['trading.change.view'],
    'administrator': ['trading.change.view'],
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

    dependencies = [('identity', '0005_account_permissions')]

    operations = [migrations.RunPython(add, take_away)]
