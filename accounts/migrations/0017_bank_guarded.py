"""What the bank told only grows: statements and rows for ever, a file judged once, a use undone once."""

from django.db import migrations

GROWS = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM mt4bo_app;
GRANT UPDATE (taken_at) ON {table} TO mt4bo_app;  -- never carried out; SELECT … FOR UPDATE asks for the right
"""
UNGROWS = "DROP TRIGGER only_grows ON {table}; DROP TRIGGER never_emptied ON {table};"

STAYS = """
CREATE TRIGGER stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER stays;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied;
REVOKE DELETE, TRUNCATE ON {table} FROM mt4bo_app;
"""
UNSTAYS = "DROP TRIGGER stays ON {table}; DROP TRIGGER never_emptied ON {table};"

FILE = """
CREATE FUNCTION accounts_bankfile_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF OLD.outcome <> '' OR
       (NEW.id, NEW.account_id, NEW.name, NEW.body, NEW.digest, NEW.kept_by, NEW.kept_at)
       IS DISTINCT FROM
       (OLD.id, OLD.account_id, OLD.name, OLD.body, OLD.digest, OLD.kept_by, OLD.kept_at) THEN
        RAISE EXCEPTION 'bank file %: it stays as it came, and is judged once', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_bankfile_stays';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER stays_as_it_came BEFORE UPDATE ON accounts_bankfile
    FOR EACH ROW EXECUTE FUNCTION accounts_bankfile_stays();
ALTER TABLE accounts_bankfile ENABLE ALWAYS TRIGGER stays_as_it_came;
"""

USE = """
CREATE FUNCTION accounts_bankuse_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF OLD.undone_at IS NOT NULL OR
       (NEW.id, NEW.row_id, NEW.kind, NEW.settles_id, NEW.fee, NEW.reason, NEW.made_by, NEW.made_at, NEW.needs_second)
       IS DISTINCT FROM
       (OLD.id, OLD.row_id, OLD.kind, OLD.settles_id, OLD.fee, OLD.reason, OLD.made_by, OLD.made_at, OLD.needs_second)
       OR (OLD.entry_id IS NOT NULL AND NEW.entry_id IS DISTINCT FROM OLD.entry_id)
       OR (OLD.agreed_by <> '' AND NEW.agreed_by <> OLD.agreed_by) THEN
        RAISE EXCEPTION 'bank use %: what was said stays; it can be undone, once', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_bankuse_once';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER said_once BEFORE UPDATE ON accounts_bankuse
    FOR EACH ROW EXECUTE FUNCTION accounts_bankuse_once();
ALTER TABLE accounts_bankuse ENABLE ALWAYS TRIGGER said_once;
"""

# As accounts/terms.py; a test compares them.
MOVES = """
INSERT INTO accounts_lawful_deposit_move (before, after) VALUES ('RECEIVED', 'CANCELLED'), ('IN_REVIEW', 'CANCELLED');
"""
UNMOVES = """
DELETE FROM accounts_lawful_deposit_move
WHERE (before, after) IN (('RECEIVED', 'CANCELLED'), ('IN_REVIEW', 'CANCELLED'));
"""
WATCHED = {
    "accounts_bankaccount": "",
    "accounts_bankuse": ", personal => '{reason,undone_because}'",
}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_bank"), ("audit", "0001_initial"), ("core", "0002_events_only_grow")]

    operations = [
        *(
            migrations.RunSQL(GROWS.format(table=table), UNGROWS.format(table=table))
            for table in ("accounts_bankstatement", "accounts_bankrow")
        ),
        *(
            migrations.RunSQL(STAYS.format(table=table), UNSTAYS.format(table=table))
            for table in ("accounts_bankaccount", "accounts_bankfile", "accounts_bankuse")
        ),
        migrations.RunSQL(FILE, "DROP FUNCTION accounts_bankfile_stays() CASCADE"),
        migrations.RunSQL(USE, "DROP FUNCTION accounts_bankuse_once() CASCADE"),
        migrations.RunSQL(MOVES, UNMOVES),
        *(
            migrations.RunSQL(f"SELECT audit_watch('{table}'{how})", f"SELECT audit_unwatch('{table}')")
            for table, how in WATCHED.items()
        ),
    ]
