"""Payments guard themselves: only lawful moves, final states for ever, an amount fixed once approved."""

from django.db import migrations

# The same moves as accounts/states.py; a test compares them.
LAWFUL = """
CREATE TABLE accounts_lawful_move (before text NOT NULL, after text NOT NULL, PRIMARY KEY (before, after));
INSERT INTO accounts_lawful_move (before, after) VALUES
    ('APPROVED', 'CANCELLED'),
    ('APPROVED', 'DEBITED'),
    ('APPROVED', 'REFUSED'),
    ('APPROVED', 'REJECTED'),
    ('APPROVED', 'REQUESTED'),
    ('APPROVED', 'UNCERTAIN'),
    ('DEBITED', 'RETURNING'),
    ('DEBITED', 'SENT'),
    ('DEBITED', 'UNCERTAIN'),
    ('REQUESTED', 'APPROVED'),
    ('REQUESTED', 'CANCELLED'),
    ('REQUESTED', 'REJECTED'),
    ('REQUESTED', 'WAITING_CLIENT'),
    ('RETURNING', 'RETURNED'),
    ('RETURNING', 'UNCERTAIN'),
    ('SENT', 'PAID'),
    ('SENT', 'RETURNING'),
    ('SENT', 'UNCERTAIN'),
    ('UNCERTAIN', 'APPROVED'),
    ('UNCERTAIN', 'DEBITED'),
    ('UNCERTAIN', 'REFUSED'),
    ('UNCERTAIN', 'RETURNED'),
    ('UNCERTAIN', 'RETURNING'),
    ('UNCERTAIN', 'SENT'),
    ('WAITING_CLIENT', 'APPROVED'),
    ('WAITING_CLIENT', 'CANCELLED'),
    ('WAITING_CLIENT', 'REJECTED'),
    ('WAITING_CLIENT', 'REQUESTED');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON accounts_lawful_move FROM mt4bo_app;
"""

PAYMENT = """
CREATE FUNCTION accounts_payment_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'REQUESTED' OR NEW.approved_by <> '' THEN
            RAISE EXCEPTION 'payment: it begins as a request'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_begins';
        END IF;
        RETURN NEW;
    END IF;

    IF OLD.state IN ('PAID', 'REJECTED', 'CANCELLED', 'REFUSED', 'RETURNED') THEN
        RAISE EXCEPTION 'payment %: % is final', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_final';
    END IF;
    IF NEW.state <> OLD.state
       AND NOT EXISTS (SELECT FROM accounts_lawful_move WHERE before = OLD.state AND after = NEW.state) THEN
        RAISE EXCEPTION 'payment %: nothing leads from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_lawful';
    END IF;
    IF (NEW.id, NEW.key, NEW.kind, NEW.legal_entity_id, NEW.client_id, NEW.account_id, NEW.currency,
        NEW.requested_by, NEW.requested_at, NEW.reservation_id)
       IS DISTINCT FROM
       (OLD.id, OLD.key, OLD.kind, OLD.legal_entity_id, OLD.client_id, OLD.account_id, OLD.currency,
        OLD.requested_by, OLD.requested_at, OLD.reservation_id) THEN
        RAISE EXCEPTION 'payment %: whose it is and who asked never change', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_fixed';
    END IF;
    IF OLD.state NOT IN ('REQUESTED', 'WAITING_CLIENT')
       AND (NEW.amount, NEW.method_id, NEW.requisite, NEW.requisite_key, NEW.holder)
           IS DISTINCT FROM (OLD.amount, OLD.method_id, OLD.requisite, OLD.requisite_key, OLD.holder) THEN
        RAISE EXCEPTION 'payment %: amount and requisite are fixed once approved', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_amount_fixed';
    END IF;

    -- Who approved changes only with the approval: given with it, taken away when it is void.
    IF NEW.state = 'APPROVED' AND OLD.state IN ('REQUESTED', 'WAITING_CLIENT') THEN
        IF NOT EXISTS (SELECT FROM accounts_paymentapproval
                       WHERE payment_id = NEW.id AND state = 'APPROVED' AND decided_by = NEW.approved_by) THEN
            RAISE EXCEPTION 'payment %: nobody approved it', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_seat';
        END IF;
    ELSIF NEW.state = 'REQUESTED' AND OLD.state = 'APPROVED' THEN
        IF NEW.approved_by <> '' THEN
            RAISE EXCEPTION 'payment %: its approval is void', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_seat';
        END IF;
    ELSIF NEW.approved_by <> OLD.approved_by THEN
        RAISE EXCEPTION 'payment %: it was approved by %', OLD.id, OLD.approved_by
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_seat';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON accounts_payment
    FOR EACH ROW EXECUTE FUNCTION accounts_payment_moves();
ALTER TABLE accounts_payment ENABLE ALWAYS TRIGGER moves;
"""

# A decision is made once; afterwards it can only be void.
APPROVAL = """
ALTER TABLE accounts_paymentapproval ADD CONSTRAINT accounts_paymentapproval_maker
    FOREIGN KEY (payment_id, requested_by) REFERENCES accounts_payment (id, requested_by);
CREATE FUNCTION accounts_approval_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'WAITING' OR NEW.decided_by <> '' THEN
            RAISE EXCEPTION 'approval: a seat begins empty'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approval_begins';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.payment_id, NEW.requested_by, NEW.seat, NEW.opened_at)
       IS DISTINCT FROM (OLD.id, OLD.payment_id, OLD.requested_by, OLD.seat, OLD.opened_at)
       OR NOT (OLD.state = 'WAITING'
               OR (OLD.state = 'APPROVED' AND NEW.state = 'VOIDED'
                   AND (NEW.decided_by, NEW.decided_at, NEW.fingerprint, NEW.picture)
                       IS NOT DISTINCT FROM (OLD.decided_by, OLD.decided_at, OLD.fingerprint, OLD.picture))) THEN
        RAISE EXCEPTION 'approval %: what was decided stays', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approval_stays';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON accounts_paymentapproval
    FOR EACH ROW EXECUTE FUNCTION accounts_approval_moves();
ALTER TABLE accounts_paymentapproval ENABLE ALWAYS TRIGGER moves;
"""

STAYS = """
CREATE TRIGGER stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER stays;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied;
REVOKE DELETE, TRUNCATE ON {table} FROM mt4bo_app;
"""
UNSTAYS = "DROP TRIGGER stays ON {table}; DROP TRIGGER never_emptied ON {table};"

GROWS = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM mt4bo_app;
"""
UNGROWS = "DROP TRIGGER only_grows ON {table}; DROP TRIGGER never_emptied ON {table};"

STAYING = ("accounts_payment", "accounts_paymentapproval", "accounts_discrepancy", "accounts_resultday")
GROWING = (
    "accounts_paymentcheck", "accounts_paymentoperation", "accounts_accountbooks", "accounts_bookedticket",
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_payments"), ("core", "0002_events_only_grow")]

    operations = [
        migrations.RunSQL(LAWFUL, "DROP TABLE accounts_lawful_move"),
        migrations.RunSQL(PAYMENT, "DROP FUNCTION accounts_payment_moves() CASCADE"),
        migrations.RunSQL(
            APPROVAL,
            "DROP FUNCTION accounts_approval_moves() CASCADE; "
            "ALTER TABLE accounts_paymentapproval DROP CONSTRAINT accounts_paymentapproval_maker",
        ),
        *(migrations.RunSQL(STAYS.format(table=table), UNSTAYS.format(table=table)) for table in STAYING),
        *(migrations.RunSQL(GROWS.format(table=table), UNGROWS.format(table=table)) for table in GROWING),
    ]
