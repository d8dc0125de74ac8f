"""Card money in a wallet is suspected as on an account: wallets pay out too. Nobody opens a case of it here."""

from django.db import migrations

BEFORE = """
CREATE OR REPLACE FUNCTION accounts_dispute_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    flaw text := '';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('SUSPECTED', 'OPENED') OR NOT EXISTS (
            SELECT FROM accounts_deposit d
            WHERE d.id = NEW.deposit_id AND d.state = 'CREDITED' AND NOT d.into_wallet AND NEW.amount <= d.received_amount
              AND NEW.debit_amount <= NEW.amount
              AND (NEW.client_id, NEW.account_id, NEW.currency) = (d.client_id, d.account_id, d.currency)) THEN
            RAISE EXCEPTION 'dispute: it is about money that was credited, and no more of it'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_dispute_begins';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state IN ('CLEARED', 'WON', 'LOST', 'ACCEPTED') THEN
        flaw := 'accounts_dispute_final';
    ELSIF NEW.state <> OLD.state AND NOT EXISTS (
            SELECT FROM accounts_lawful_dispute_move WHERE before = OLD.state AND after = NEW.state) THEN
        flaw := 'accounts_dispute_lawful';
    ELSIF (NEW.id, NEW.deposit_id, NEW.legal_entity_id, NEW.client_id, NEW.account_id, NEW.provider, NEW.currency,
           NEW.begun_by, NEW.begun_at)
          IS DISTINCT FROM
          (OLD.id, OLD.deposit_id, OLD.legal_entity_id, OLD.client_id, OLD.account_id, OLD.provider, OLD.currency,
           OLD.begun_by, OLD.begun_at)
          OR (OLD.state <> 'SUSPECTED' AND (NEW.amount, NEW.debit_amount, NEW.reference, NEW.reservation_id, NEW.opened_at)
              IS DISTINCT FROM (OLD.amount, OLD.debit_amount, OLD.reference, OLD.reservation_id, OLD.opened_at)) THEN
        flaw := 'accounts_dispute_fixed';
    END IF;
    IF flaw <> '' THEN
        RAISE EXCEPTION 'dispute %: % to % is refused (%)', OLD.id, OLD.state, NEW.state, flaw
            USING ERRCODE = 'check_violation', CONSTRAINT = flaw;
    END IF;
    RETURN NEW;
END
$$;
"""
ABOUT, MOVED = "AND NOT d.into_wallet AND", "    ELSIF (NEW.id, NEW.deposit_id,"
MOVES = BEFORE.replace(ABOUT, "AND (NOT d.into_wallet OR NEW.state = 'SUSPECTED') AND").replace(
    MOVED,
    """    ELSIF NEW.state = 'OPENED' AND OLD.state = 'SUSPECTED'
          AND EXISTS (SELECT FROM accounts_deposit d WHERE d.id = NEW.deposit_id AND d.into_wallet) THEN
        flaw := 'accounts_dispute_begins';
"""
    + MOVED,
)


class Migration(migrations.Migration):

    dependencies = [("accounts", "0045_read_as_an_opponent")]

    operations = [migrations.RunSQL(MOVES, BEFORE)]
