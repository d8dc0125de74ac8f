"""Second looks: what a client still owes, who settles by hand, who asked for a return."""

from django.db import migrations, models


# Returns from before two people were asked for: the system is named as who asked.
BEFORE = """
ALTER TABLE accounts_payment DISABLE TRIGGER moves;
UPDATE accounts_payment SET return_asked_by = 'system:migration' WHERE state IN ('RETURNING', 'RETURNED');
ALTER TABLE accounts_payment ENABLE ALWAYS TRIGGER moves;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_past_movements'),
        ('company', '0001_initial'),
        ('crm', '0001_initial'),
        ('trading', '0006_settled_by_hand'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='payment',
            name='accounts_payment_returned_by_another',
        ),
        migrations.RemoveConstraint(
            model_name='payment',
            name='accounts_payment_returned_why',
        ),
        migrations.AddField(
            model_name='payment',
            name='asked_client_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='payment',
            name='missing',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='payment',
            name='missing_text',
            field=models.CharField(blank=True, default='', max_length=300),
        ),
        migrations.AddField(
            model_name='payment',
            name='needs_person',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='payment',
            name='return_asked_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='payment',
            name='settling_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='payment',
            name='waiting_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('returned_by', ''), models.Q(models.Q(('returned_by', models.F('requested_by')), _negated=True), models.Q(('returned_by', models.F('approved_by')), _negated=True), models.Q(('returned_by', models.F('sent_by')), _negated=True), models.Q(('returned_by', models.F('return_asked_by')), _negated=True)), _connector='OR'), name='accounts_payment_returned_by_another'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['RETURNING', 'RETURNED']), _negated=True), models.Q(models.Q(('returned_by', ''), _negated=True), models.Q(('return_asked_by', ''), _negated=True), models.Q(('return_reason', ''), _negated=True)), _connector='OR'), name='accounts_payment_returned_why'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'WAITING_CLIENT'), ('waiting_since__isnull', False), models.Q(('asked_client_by', ''), _negated=True)), models.Q(models.Q(('state', 'WAITING_CLIENT'), _negated=True), ('waiting_since__isnull', True)), _connector='OR'), name='accounts_payment_waits_for_client'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('needs_person', False), ('settling_by', '')), models.Q(('needs_person', True), ('state', 'UNCERTAIN')), _connector='OR'), name='accounts_payment_needs_person'),
        ),
    ]
