"""Who records money that people hand over or see on a chain, and screenings."""

from django.db import migrations

PERMISSION = 'accounts.handover.record'


def add(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for role in Role.objects.filter(is_builtin=True, code__in=('finance', 'back_office')):
        role.permissions = sorted({*role.permissions, PERMISSION})
        role.save(update_fields=['permissions'])


def take_away(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for role in Role.objects.filter(is_builtin=True):
        role.permissions = [one for one in role.permissions if one != PERMISSION]
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [('identity', '0023_kyc_permission')]

    operations = [migrations.RunPython(add, take_away)]
