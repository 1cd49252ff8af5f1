from django.db import migrations

TABLES = ("authorizations_authorization", "authorizations_signedpaper", "authorizations_authorizationevent")

FORWARDS = """
CREATE FUNCTION authorizations_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION authorizations_refuse_change();\n"
    for table in TABLES
)
BACKWARDS = (
    "".join(f"DROP TRIGGER {table}_only_grows ON {table};\n" for table in TABLES)
    + "DROP FUNCTION authorizations_refuse_change();"
)


class Migration(migrations.Migration):
    """What a patient signed and took back is kept by the database too, for every login."""

    dependencies = [("authorizations", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
