from django.db import migrations

TABLES = (
    "people_staff",
    "people_license",
    "people_patient",
    "people_patientname",
    "people_patientidentifier",
    "people_patientaddress",
    "people_personalrepresentative",
    "people_carerelationship",
    "people_invitation",
)

FORWARDS = """
CREATE FUNCTION people_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are closed or ended, never removed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION people_freeze_care() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.patient_id, NEW.staff_id, NEW.role, NEW.from_on, NEW.made_by_id, NEW.made_at)
        IS DISTINCT FROM (OLD.id, OLD.patient_id, OLD.staff_id, OLD.role, OLD.from_on, OLD.made_by_id, OLD.made_at) THEN
        RAISE EXCEPTION 'only the last day of a care relationship may change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER people_freeze_care BEFORE UPDATE ON people_carerelationship
    FOR EACH ROW EXECUTE FUNCTION people_freeze_care();
""" + "".join(
    f"CREATE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION people_refuse_removal();\n"
    for table in TABLES
)
BACKWARDS = (
    "".join(f"DROP TRIGGER {table}_kept ON {table};\n" for table in TABLES)
    + "DROP TRIGGER people_freeze_care ON people_carerelationship;\n"
    "DROP FUNCTION people_freeze_care(); DROP FUNCTION people_refuse_removal();"
)


class Migration(migrations.Migration):
    """Staff, patients and care are closed or ended, never removed: kept by the database, for every login."""

    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
