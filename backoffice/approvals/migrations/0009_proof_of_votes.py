"""A vote keeps with which second factor, and when, its voter had proved who they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0008_role_contents")]

    operations = [
        migrations.AddField(
            "approvalvote", "proof", models.CharField(blank=True, db_default="", default="", max_length=12)
        ),
        migrations.AddField("approvalvote", "proved_at", models.DateTimeField(null=True)),
    ]
