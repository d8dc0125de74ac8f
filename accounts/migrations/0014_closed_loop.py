"""A withdrawal keeps its closed-loop split: it adds up to the amount and is fixed with the decision."""

from django.db import migrations, models

# Each line is an amount above nothing, and together they are exactly what leaves.
ADDS_UP = """
CREATE FUNCTION accounts_split_adds_up(split jsonb, amount numeric) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_typeof(split) = 'array' AND (jsonb_array_length(split) = 0 OR (
        SELECT sum((line ->> 'amount')::numeric) = amount AND min((line ->> 'amount')::numeric) > 0
               AND count(line ->> 'source') = count(*)
          FROM jsonb_array_elements(split) line))
$$;
ALTER TABLE accounts_payment ADD CONSTRAINT accounts_payment_split_adds_up
    CHECK (accounts_split_adds_up(split, amount));
CREATE FUNCTION accounts_split_fixed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'payment %: its split is fixed once approved', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_payment_split_fixed';
END
$$;
CREATE TRIGGER split_fixed BEFORE UPDATE ON accounts_payment FOR EACH ROW
    WHEN (OLD.state NOT IN ('REQUESTED', 'WAITING_CLIENT')
          AND (NEW.split, NEW.loop_reason) IS DISTINCT FROM (OLD.split, OLD.loop_reason))
    EXECUTE FUNCTION accounts_split_fixed();
ALTER TABLE accounts_payment ENABLE ALWAYS TRIGGER split_fixed;
"""
UNDONE = """
DROP FUNCTION accounts_split_fixed() CASCADE;
ALTER TABLE accounts_payment DROP CONSTRAINT accounts_payment_split_adds_up;
DROP FUNCTION accounts_split_adds_up(jsonb, numeric);
"""
NUMBERS = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 16, 17, 18, 19, 20]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_approved_on_the_engine"), ("crm", "0006_contacts_changed")]

    operations = [
        migrations.AddField(
            "payment", "split", models.JSONField(blank=True, default=list, editable=False)
        ),
        migrations.AddField(
            "payment", "loop_reason", models.CharField(blank=True, default="", max_length=300)
        ),
        migrations.RunSQL(ADDS_UP, UNDONE),
        migrations.RemoveConstraint("paymentcheck", "accounts_paymentcheck_words"),
        migrations.AddConstraint(
            "paymentcheck",
            models.CheckConstraint(
                condition=models.Q(
                    ("verdict__in", ["green", "amber", "red", "unknown"]),
                    ("occasion__in", ["request", "approval", "execution"]),
                    ("number__in", NUMBERS),
                ),
                name="accounts_paymentcheck_words",
            ),
        ),
    ]
