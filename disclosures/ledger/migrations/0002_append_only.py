from django.db import migrations

TABLES = ("entry", "node", "checkpoint", "verification", "accounting")

REFUSE = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the disclosure ledger only grows: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""

TRIGGER = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Against the owner's own mistakes; the application's login lacks the privileges anyway."""

    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION ledger_refuse_change();"),
        *[
            migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER only_grows ON ledger_{table};")
            for table in TABLES
        ],
    ]
