"""Who asks for corrections, credits and reversals on accounts, and who decides about others'."""

from django.db import migrations

ADDED = {
    'accounts.adjustment.ask': ('dealer', 'risk', 'finance'),
    'accounts.adjustment.decide': ('dealer', 'risk'),
}


def add(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for permission, roles in ADDED.items():
        for role in Role.objects.filter(is_builtin=True, code__in=roles):
            role.permissions = sorted({*role.permissions, permission})
            role.save(update_fields=['permissions'])


def take_away(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for role in Role.objects.filter(is_builtin=True):
        role.permissions = [one for one in role.permissions if one not in ADDED]
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [('identity', '0019_difference_permissions')]

    operations = [migrations.RunPython(add, take_away)]
