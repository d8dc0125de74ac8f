"""An index of the requests that were ever void: lists ask it of everything that waits."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("approvals", "0012_who_else_gains")]

    operations = [
        migrations.AddIndex(
            model_name="approvalrequest",
            index=models.Index(
                fields=["subject_kind", "subject_key"],
                condition=models.Q(("state", "VOIDED"), ("round__gt", 1), _connector="OR"),
                name="approvals_request_void",
            ),
        ),
    ]
