"""Who changes roles and sets up desks on the first day; rows from then on."""

from django.db import migrations

ADDED = {
    'administrator': ['identity.role.edit', 'identity.desk.edit'],
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

    dependencies = [('identity', '0014_passkeys_watched')]

    operations = [migrations.RunPython(add, take_away)]
