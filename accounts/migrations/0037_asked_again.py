"""A withdrawal that is not approved yet can be asked for again too, when what it hangs on has changed."""

import accounts.terms.bulk
from django.db import migrations, models

BEFORE = "NOT (OLD.state = 'APPROVED' AND NEW.state = 'REQUESTED')"
AFTER = (
    BEFORE + " AND NOT (OLD.state IN ('REQUESTED', 'WAITING_CLIENT') AND NEW.state = OLD.state"
    " AND EXISTS (SELECT FROM approvals_approvalrequest r WHERE r.id = OLD.approval_id AND r.state = 'VOIDED'))"
)
# The one condition in the guard as it stands, whoever wrote it last.
REPLACE = """
DO $do$
DECLARE
    guard text := pg_get_functiondef('accounts_payment_moves()'::regprocedure);
BEGIN
    IF position($old${old}$old$ IN guard) = 0 THEN
        RAISE EXCEPTION 'the guard of payments does not say what is replaced';
    END IF;
    EXECUTE replace(guard, $old${old}$old$, $new${new}$new$);
END
$do$;
"""


class Migration(migrations.Migration):

    dependencies = [('accounts', '0036_proved_once'), ('approvals', '0011_fixed_by_column')]

    operations = [
        migrations.RunSQL(REPLACE.format(old=BEFORE, new=AFTER), REPLACE.format(old=AFTER, new=BEFORE)),
        migrations.AlterField(
            model_name='bulkrow',
            name='snag',
            field=models.CharField(blank=True, choices=[(one.value, label) for one, label in accounts.terms.bulk.SNAG_LABELS.items()], default='', max_length=16),
        ),
    ]
