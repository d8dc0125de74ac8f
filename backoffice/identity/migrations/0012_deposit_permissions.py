"""Who may begin a deposit for a client, and who decides about one that a rule stopped."""

from django.db import migrations

ADDED = {
    'accounts.deposit.start': ('sales_agent', 'sales_manager', 'retention', 'support', 'back_office'),
    'accounts.deposit.decide': ('back_office', 'finance', 'compliance'),
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

    dependencies = [('identity', '0011_quiet_factors')]

    operations = [migrations.RunPython(add, take_away)]
