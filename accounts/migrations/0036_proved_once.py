"""An entry is proved once: its sums, its lines and what it answers, together; lines that come late, at once."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

books = import_module("accounts.migrations.0003_books_only_grow")
wallets = import_module("accounts.migrations.0020_transfers_guarded")
loop = import_module("accounts.migrations.0014_closed_loop")

# At commit, once per entry, as in 0003: its lines sum to zero in each phase and currency, an answer is the
# mirror image of what it answers, and there are as many lines as it says.
BALANCES = """
CREATE OR REPLACE FUNCTION accounts_entry_balances() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    wrong text;
    found bigint;
BEGIN
    SELECT max(format('%s %s of %s', summed.total, summed.currency, summed.phase)) FILTER (WHERE summed.total <> 0),
           coalesce(sum(summed.lines), 0)
    INTO wrong, found
    FROM (SELECT p.phase, p.currency, sum(p.amount) AS total, count(*) AS lines
          FROM accounts_posting p WHERE p.entry_id = NEW.id GROUP BY p.phase, p.currency) AS summed;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'ledger: entry % is out of balance by %', NEW.id, wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_entry_balances';
    END IF;

    IF NEW.of_id IS NULL THEN
        SELECT 'not what it should be' INTO wrong
        WHERE EXISTS (
            SELECT FROM accounts_posting p WHERE p.entry_id = NEW.id
              AND p.phase <> CASE NEW.act WHEN 'post' THEN 'posted' WHEN 'reserve' THEN 'pending' ELSE '' END);
    ELSE
        WITH due AS (
            SELECT account_id, 'pending' AS phase, -amount AS amount
            FROM accounts_posting WHERE entry_id = NEW.of_id AND NEW.act IN ('settle', 'void')
            UNION ALL
            SELECT account_id, 'posted', amount
            FROM accounts_posting WHERE entry_id = NEW.of_id AND NEW.act = 'settle'
            UNION ALL
            SELECT account_id, 'posted', -amount
            FROM accounts_posting WHERE entry_id = NEW.of_id AND NEW.act = 'reverse' AND phase = 'posted'
        ), done AS (
            SELECT account_id, phase, amount FROM accounts_posting WHERE entry_id = NEW.id
        )
        SELECT 'not what it should be' INTO wrong
        WHERE EXISTS ((TABLE due EXCEPT TABLE done) UNION ALL (TABLE done EXCEPT TABLE due));
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'ledger: the lines of entry % (%) are %', NEW.id, NEW.act, wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_entry_mirrors';
    END IF;
    IF NEW.lines <> found THEN
        RAISE EXCEPTION 'ledger: entry % says % lines and has %', NEW.id, NEW.lines, found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_entry_counts';
    END IF;
    RETURN NULL;
END
$$;
"""
BALANCES_BEFORE = (
    "CREATE OR REPLACE FUNCTION accounts_entry_balances()"
    + books.BALANCES.partition("CREATE FUNCTION accounts_entry_balances()")[2].partition("$$;")[0]
    + "$$;"
)

# Lines never go, and an entry was proved at its commit: what comes to it later is one too many at once.
COUNTS = """
DROP TRIGGER counts ON accounts_entry;
DROP TRIGGER counts ON accounts_posting;
DROP FUNCTION accounts_entry_counts();
CREATE FUNCTION accounts_posting_counts() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    number bigint;
    said integer;
    found bigint;
BEGIN
    FOR number IN SELECT DISTINCT entry_id FROM added LOOP
        SELECT e.lines, (SELECT count(*) FROM accounts_posting p WHERE p.entry_id = e.id) INTO said, found
        FROM accounts_entry e WHERE e.id = number;
        IF found > said THEN
            RAISE EXCEPTION 'ledger: entry % says % lines and has %', number, said, found
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_entry_counts';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER counts AFTER INSERT ON accounts_posting REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_posting_counts();
ALTER TABLE accounts_posting ENABLE ALWAYS TRIGGER counts;
"""
COUNTS_BEFORE = (
    "DROP FUNCTION accounts_posting_counts() CASCADE; CREATE FUNCTION accounts_entry_counts()"
    + books.BALANCES.partition("CREATE FUNCTION accounts_entry_counts()")[2]
)

# As in 0020, with one question instead of two.
RUNNING = """
CREATE OR REPLACE FUNCTION accounts_posting_runs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    ledger_kind text;
    may_overdraw boolean;
    act text;
    free numeric;
BEGIN
    SELECT a.kind, a.may_overdraw, e.act INTO ledger_kind, may_overdraw, act
    FROM accounts_ledgeraccount a, accounts_entry e WHERE a.id = NEW.account_id AND e.id = NEW.entry_id;
    IF ledger_kind NOT IN ('client_funds', 'client_credit', 'client_wallet') THEN
        RETURN NULL;
    END IF;

    INSERT INTO accounts_ledgerbalance AS b (account_id, posted, pending)
    VALUES (NEW.account_id,
            CASE NEW.phase WHEN 'posted' THEN NEW.amount ELSE 0 END,
            CASE NEW.phase WHEN 'pending' THEN NEW.amount ELSE 0 END)
    ON CONFLICT (account_id) DO UPDATE
        SET posted = b.posted + excluded.posted, pending = b.pending + excluded.pending
    RETURNING b.posted + b.pending INTO free;

    IF act = 'reserve' AND NEW.amount < 0 THEN
        RAISE EXCEPTION 'ledger: only what is there can be set aside'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_ledger_set_aside';
    END IF;
    IF (act = 'reserve' OR (ledger_kind = 'client_wallet' AND NEW.amount > 0)) AND NOT may_overdraw AND free > 0 THEN
        RAISE EXCEPTION 'ledger: account % lacks % %', NEW.account_id, free, NEW.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_ledger_covered';
    END IF;
    RETURN NULL;
END
$$;
"""

# As in 0014, planned once a connection; nothing is asked of an empty one.
SPLIT = """
CREATE OR REPLACE FUNCTION accounts_split_adds_up(split jsonb, amount numeric) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF jsonb_typeof(split) <> 'array' OR jsonb_array_length(split) = 0 THEN
        RETURN jsonb_typeof(split) = 'array';
    END IF;
    RETURN (
        SELECT sum((line ->> 'amount')::numeric) = amount AND min((line ->> 'amount')::numeric) > 0
               AND count(line ->> 'source') = count(*)
          FROM jsonb_array_elements(split) line);
END
$$;
"""
SPLIT_BEFORE = "CREATE OR REPLACE" + loop.ADDS_UP.partition("CREATE")[2].partition("$$;")[0] + "$$;"

# Each answer of a run asked for its payment: now the run does. Payments are never deleted nor numbered
# anew (0005), and answers only grow.
EVIDENCE = """
CREATE FUNCTION accounts_paymentcheck_of_payment() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    number bigint;
BEGIN
    FOR number IN SELECT DISTINCT payment_id FROM added LOOP
        IF NOT EXISTS (SELECT FROM accounts_payment p WHERE p.id = number) THEN
            RAISE EXCEPTION 'check: there is no payment %', number
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'accounts_paymentcheck_of_payment';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER of_payment AFTER INSERT ON accounts_paymentcheck REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_paymentcheck_of_payment();
ALTER TABLE accounts_paymentcheck ENABLE ALWAYS TRIGGER of_payment;
"""
SHORT = (
    "accounts_payment", "accounts_paymentcheck", "accounts_paymentoperation", "accounts_entry", "accounts_posting",
    "accounts_bookedticket",
)
PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0035_ways_guarded"), ("core", "0005_short_checks"), ("crm", "0007_client_letters"),
        ("trading", "0017_short_checks"),
    ]

    operations = [
        *(
            migrations.AlterField(
                model, name, models.ForeignKey(to, PROTECT, db_index=False, related_name=related)
            )
            for model, name, to, related in (
                ("payment", "account", "trading.TradingAccount", "+"),
                ("payment", "client", "crm.Client", "+"),
                ("posting", "account", "accounts.LedgerAccount", "+"),
                ("posting", "entry", "accounts.Entry", "postings"),
            )
        ),
        migrations.AlterField(
            "paymentcheck", "payment",
            models.ForeignKey(
                "accounts.Payment", PROTECT, db_constraint=False, db_index=False, related_name="checks"
            ),
        ),
        migrations.RunSQL(EVIDENCE, "DROP FUNCTION accounts_paymentcheck_of_payment() CASCADE"),
        *(migrations.RunSQL(f"SELECT shorten_checks('{table}')", migrations.RunSQL.noop) for table in SHORT),
        migrations.RunSQL(BALANCES, BALANCES_BEFORE),
        migrations.RunSQL(COUNTS, COUNTS_BEFORE),
        migrations.RunSQL(RUNNING, wallets.RUNNING_NOW),
        migrations.RunSQL(SPLIT, SPLIT_BEFORE),
    ]
