"""Who proposes what becomes of a difference from MetaTrader, agrees to it, and sees the books for it."""

from django.db import migrations

ADDED = {
    'accounts.difference.settle': ('back_office', 'finance', 'compliance'),
    'accounts.books.view': ('back_office',),
}


def add(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for permission, roles in ADDED.items():
        for role in Role.objects.filter(is_builtin=True, code__in=roles):
            role.permissions = sorted({*role.permissions, permission})
            role.save(update_fields=['permissions'])


def take_away(apps, schema_editor):
    Role = apps.get_model('identity', 'Role')
    for permission, roles in ADDED.items():
        for role in Role.objects.filter(is_builtin=True, code__in=roles):
            role.permissions = [one for one in role.permissions if one != permission]
            role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [('identity', '0018_transfer_permissions')]

    operations = [migrations.RunPython(add, take_away)]
