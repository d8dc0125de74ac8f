"""Who decides about a client's KYC level on the first day: compliance."""

from django.db import migrations

ADDED = 'crm.client.decide_kyc'


def add(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for role in Role.objects.filter(is_builtin=True, code='compliance'):
        role.permissions = sorted({*role.permissions, ADDED})
        role.save(update_fields=['permissions'])


def take_away(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for role in Role.objects.filter(is_builtin=True, code='compliance'):
        role.permissions = [one for one in role.permissions if one != ADDED]
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [('identity', '0022_dispute_permissions')]

    operations = [migrations.RunPython(add, take_away)]
