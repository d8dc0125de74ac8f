"""Who reads the audit log, and who forgets a person in it, on the first day."""

from django.db import migrations

ADDED = {
    'compliance': ['audit.log.view', 'audit.log.export', 'audit.subject.erase'],
    'auditor': ['audit.log.view', 'audit.log.export'],
    'administrator': ['audit.log.view', 'audit.log.export'],
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

    dependencies = [('identity', '0006_watching_permissions')]

    operations = [migrations.RunPython(add, take_away)]
