"""Who may settle by hand, with a second person, what MetaTrader left open."""

from django.db import migrations

ADDED = 'trading.operation.settle'
ROLES = ('back_office', 'finance', 'risk', 'compliance')


def add(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for role in Role.objects.filter(is_builtin=True, code__in=ROLES):
        role.permissions = sorted({*role.permissions, ADDED})
        role.save(update_fields=['permissions'])


def take_away(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for role in Role.objects.filter(is_builtin=True, code__in=ROLES):
        role.permissions = [one for one in role.permissions if one != ADDED]
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [('identity', '0003_withdrawal_permissions')]

    operations = [migrations.RunPython(add, take_away)]
