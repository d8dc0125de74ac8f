"""Who reveals contacts, shows single clients and sees who looked, on the first day."""

from django.db import migrations

ADDED = {
    'sales_agent': ['crm.contact.reveal'],
    'retention': ['crm.contact.reveal'],
    'sales_manager': ['crm.client.show', 'crm.look.view'],
    'compliance': ['crm.client.show', 'crm.look.view'],
    'auditor': ['crm.look.view'],
    'administrator': ['crm.client.show', 'crm.look.view'],
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

    dependencies = [('identity', '0015_role_permissions')]

    operations = [migrations.RunPython(add, take_away)]
