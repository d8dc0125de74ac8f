"""Every role of the first day sees and decides what its own rights let it; rows from then on."""

from django.db import migrations

USE = "approvals.request.use"


def add(apps, schema_editor):
    Role = apps.get_model("identity", "Role")
    for role in Role.objects.filter(is_builtin=True):
        role.permissions = sorted({*role.permissions, USE})
        role.save(update_fields=["permissions"])


def take_away(apps, schema_editor):
    Role = apps.get_model("identity", "Role")
    for role in Role.objects.filter(is_builtin=True):
        role.permissions = sorted(set(role.permissions) - {USE})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("approvals", "0003_first_policies")]

    operations = [migrations.RunPython(add, take_away)]
