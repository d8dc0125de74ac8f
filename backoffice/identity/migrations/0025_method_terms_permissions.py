"""Who proposes limits, fees and promises of payment methods, and who decides about others'."""

from django.db import migrations

ADDED = {
    'accounts.method_terms.propose': ('administrator', 'finance'),
    'accounts.method_terms.decide': ('finance', 'compliance'),
    'accounts.payment_method.view': ('compliance',),
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

    dependencies = [('identity', '0024_handover_permission')]

    operations = [migrations.RunPython(add, take_away)]
