"""Nobody decides about what reaches themselves: also where the request is not about their client record alone."""

from importlib import import_module

from django.db import migrations

hands = import_module("backoffice.approvals.migrations.0006_hands")

# The apps whose acts reach others than the client of the request replace this with what they know.
BESIDES = """
CREATE FUNCTION approvals_gains_besides(about text, subject text, person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$ BEGIN RETURN false; END $$;
"""
SAYS = "ELSE false END OR approvals_benefits(person, asked.client_id);"
ALSO = (
    "ELSE approvals_gains_besides(asked.subject_kind, asked.subject_key, person) END"
    "\n        OR approvals_benefits(person, asked.client_id);"
)
BEFORE = "CREATE OR REPLACE FUNCTION approvals_gains" + hands.HAND.partition("CREATE FUNCTION approvals_gains")[2]


class Migration(migrations.Migration):
    dependencies = [("approvals", "0011_fixed_by_column")]

    operations = [
        migrations.RunSQL(
            BESIDES + BEFORE.replace(SAYS, ALSO),
            BEFORE + "DROP FUNCTION approvals_gains_besides(text, text, bigint);",
        )
    ]
