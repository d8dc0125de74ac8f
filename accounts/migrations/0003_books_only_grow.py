"""The books prove themselves: they only grow, they balance, and nothing is reserved without cover."""

from django.db import migrations

ONE_CURRENCY = """
ALTER TABLE accounts_posting ADD CONSTRAINT accounts_posting_account_currency
    FOREIGN KEY (account_id, currency) REFERENCES accounts_ledgeraccount (id, currency);
"""

GUARD = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM mt4bo_app;
"""
UNGUARD = "DROP TRIGGER only_grows ON {table}; DROP TRIGGER never_emptied ON {table};"

# An account never changes but for the right to be overdrawn; only this column may be updated.
GUARD_ACCOUNT = """
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON accounts_ledgeraccount
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE accounts_ledgeraccount ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_ledgeraccount FROM mt4bo_app;
GRANT UPDATE (may_overdraw) ON accounts_ledgeraccount TO mt4bo_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON accounts_ledgerbalance FROM mt4bo_app;
"""
UNGUARD_ACCOUNT = "DROP TRIGGER never_emptied ON accounts_ledgeraccount;"

# What an entry answers must be what that answer is for.
ANSWERS = """
CREATE FUNCTION accounts_entry_answers_rightly() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    answered text;
BEGIN
    IF NEW.of_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT act INTO answered FROM accounts_entry WHERE id = NEW.of_id;
    IF (NEW.act IN ('settle', 'void') AND answered IS DISTINCT FROM 'reserve')
       OR (NEW.act = 'reverse' AND (answered IS NULL OR answered NOT IN ('post', 'settle'))) THEN
        RAISE EXCEPTION 'ledger: % cannot answer %', NEW.act, coalesce(answered, 'nothing')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_entry_answers_rightly';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER answers_rightly BEFORE INSERT ON accounts_entry
    FOR EACH ROW EXECUTE FUNCTION accounts_entry_answers_rightly();
ALTER TABLE accounts_entry ENABLE ALWAYS TRIGGER answers_rightly;
"""

# The running balance of a client's account. Its row is the lock on which two reservations queue: the
# second one sees what the first one took. A trading loss may take more than is there; a reservation may not.
RUNNING = """
CREATE FUNCTION accounts_posting_runs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    ledger accounts_ledgeraccount%ROWTYPE;
    running accounts_ledgerbalance%ROWTYPE;
    act text;
BEGIN
    SELECT * INTO ledger FROM accounts_ledgeraccount WHERE id = NEW.account_id;
    IF ledger.kind NOT IN ('client_funds', 'client_credit') THEN
        RETURN NULL;
    END IF;

    INSERT INTO accounts_ledgerbalance AS b (account_id, posted, pending)
    VALUES (NEW.account_id,
            CASE NEW.phase WHEN 'posted' THEN NEW.amount ELSE 0 END,
            CASE NEW.phase WHEN 'pending' THEN NEW.amount ELSE 0 END)
    ON CONFLICT (account_id) DO UPDATE
        SET posted = b.posted + excluded.posted, pending = b.pending + excluded.pending
    RETURNING * INTO running;

    SELECT e.act INTO act FROM accounts_entry e WHERE e.id = NEW.entry_id;
    IF act = 'reserve' AND NEW.amount < 0 THEN
        RAISE EXCEPTION 'ledger: only what is there can be set aside'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_ledger_set_aside';
    END IF;
    IF act = 'reserve' AND NOT ledger.may_overdraw AND running.posted + running.pending > 0 THEN
        RAISE EXCEPTION 'ledger: account % lacks % %', NEW.account_id,
                        running.posted + running.pending, NEW.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_ledger_covered';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER runs AFTER INSERT ON accounts_posting FOR EACH ROW EXECUTE FUNCTION accounts_posting_runs();
ALTER TABLE accounts_posting ENABLE ALWAYS TRIGGER runs;
"""

# At commit, once per entry: its lines sum to zero in each phase and currency, and an answer is
# the mirror image of what it answers.
BALANCES = """
CREATE FUNCTION accounts_entry_balances() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    wrong text;
BEGIN
    SELECT format('%s %s of %s', sum(amount), currency, phase) INTO wrong
    FROM accounts_posting WHERE entry_id = NEW.id GROUP BY phase, currency HAVING sum(amount) <> 0 LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'ledger: entry % is out of balance by %', NEW.id, wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_entry_balances';
    END IF;

    WITH due AS (
        SELECT account_id, 'pending' AS phase, -amount AS amount
        FROM accounts_posting WHERE entry_id = NEW.of_id AND NEW.act IN ('settle', 'void')
        UNION ALL
        SELECT account_id, 'posted', amount
        FROM accounts_posting WHERE entry_id = NEW.of_id AND NEW.act = 'settle'
        UNION ALL
        SELECT account_id, 'posted', -amount
        FROM accounts_posting WHERE entry_id = NEW.of_id AND NEW.act = 'reverse' AND phase = 'posted'
        UNION ALL
        SELECT account_id, phase, amount
        FROM accounts_posting
        WHERE entry_id = NEW.id
          AND phase <> CASE NEW.act WHEN 'post' THEN 'posted' WHEN 'reserve' THEN 'pending' ELSE '' END
          AND NEW.of_id IS NULL
    ), done AS (
        SELECT account_id, phase, amount FROM accounts_posting WHERE entry_id = NEW.id AND NEW.of_id IS NOT NULL
    )
    SELECT 'not what it should be' INTO wrong
    WHERE EXISTS ((TABLE due EXCEPT TABLE done) UNION ALL (TABLE done EXCEPT TABLE due));
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'ledger: the lines of entry % (%) are %', NEW.id, NEW.act, wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_entry_mirrors';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON accounts_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_entry_balances();
ALTER TABLE accounts_entry ENABLE ALWAYS TRIGGER balances;

-- On both tables: an entry without its lines, and a line added to an entry of long ago.
CREATE FUNCTION accounts_entry_counts() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    number bigint := CASE TG_TABLE_NAME WHEN 'accounts_entry' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'entry_id')::bigint END;
    said integer;
    found integer;
BEGIN
    SELECT lines INTO said FROM accounts_entry WHERE id = number;
    SELECT count(*) INTO found FROM accounts_posting WHERE entry_id = number;
    IF said <> found THEN
        RAISE EXCEPTION 'ledger: entry % says % lines and has %', number, said, found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_entry_counts';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER counts AFTER INSERT ON accounts_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_entry_counts();
CREATE CONSTRAINT TRIGGER counts AFTER INSERT ON accounts_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_entry_counts();
ALTER TABLE accounts_entry ENABLE ALWAYS TRIGGER counts;
ALTER TABLE accounts_posting ENABLE ALWAYS TRIGGER counts;
"""

UNDO = """
DROP FUNCTION accounts_entry_answers_rightly() CASCADE;
DROP FUNCTION accounts_posting_runs() CASCADE;
DROP FUNCTION accounts_entry_balances() CASCADE;
DROP FUNCTION accounts_entry_counts() CASCADE;
"""
TABLES = ("accounts_entry", "accounts_posting")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_ledger"), ("core", "0002_events_only_grow")]

    operations = [
        migrations.RunSQL(
            ONE_CURRENCY, "ALTER TABLE accounts_posting DROP CONSTRAINT accounts_posting_account_currency"
        ),
        *(migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table)) for table in TABLES),
        migrations.RunSQL(GUARD_ACCOUNT, UNGUARD_ACCOUNT),
        migrations.RunSQL(ANSWERS + RUNNING + BALANCES, UNDO),
    ]
