"""Who gets the money does not decide about it: a transfer's receiver, whoever a bulk file has a line for."""

from django.db import migrations, models

# A file is asked about with each of its lines: the few client records of a person are looked up in it by index.
GAINS = """
CREATE OR REPLACE FUNCTION approvals_gains_besides(about text, subject text, person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF about = 'transfer' THEN
        RETURN EXISTS (SELECT FROM accounts_transfer t
                       WHERE t.id = subject::bigint AND approvals_benefits(person, t.to_client_id));
    ELSIF about = 'bulk_file' THEN
        RETURN EXISTS (
            SELECT FROM accounts_bulkrow r WHERE r.file_id = subject::bigint AND r.client_id IN (
                SELECT i.client_id FROM approvals_clientinterest i WHERE i.user_id = person
                UNION ALL
                SELECT c.id FROM identity_user u JOIN crm_client c ON c.email = u.email AND c.email <> ''
                WHERE u.id = person));
    END IF;
    RETURN false;
END
$$;
"""
NOBODY = """
CREATE OR REPLACE FUNCTION approvals_gains_besides(about text, subject text, person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$ BEGIN RETURN false; END $$;
"""


class Migration(migrations.Migration):

    dependencies = [('accounts', '0037_asked_again'), ('approvals', '0012_who_else_gains')]

    operations = [
        migrations.AddIndex(
            model_name='bulkrow',
            index=models.Index(fields=['file', 'client'], name='accounts_bulkrow_whose'),
        ),
        migrations.RunSQL(GAINS, NOBODY),
    ]
