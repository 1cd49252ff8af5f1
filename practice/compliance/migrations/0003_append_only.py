from django.db import migrations

FORWARDS = """
CREATE FUNCTION compliance_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER compliance_policysetting_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON compliance_policysetting
    FOR EACH STATEMENT EXECUTE FUNCTION compliance_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER compliance_policysetting_only_grows ON compliance_policysetting;
DROP FUNCTION compliance_refuse_change();
"""


class Migration(migrations.Migration):
    """Records name the policy version that touched them, so no version ever changes."""

    dependencies = [("compliance", "0002_defaults")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
