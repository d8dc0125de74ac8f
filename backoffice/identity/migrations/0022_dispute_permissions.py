"""Who opens, answers and ends disputes about card money."""

from django.db import migrations

ADDED = {
    'accounts.dispute.handle': ('finance', 'compliance'),
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

    dependencies = [('identity', '0021_bulk_permissions')]

    operations = [migrations.RunPython(add, take_away)]
