"""How a package leaves: fax, a link, a return."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("releases", "0003_gate")]

    operations = [
        migrations.AddField(
            model_name="release",
            name="came_back",
            field=models.CharField(
                blank=True,
                choices=[("unopened", "Unopened and undamaged"), ("opened", "Opened, damaged, or incomplete")],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="fax_number",
            field=models.CharField(blank=True, help_text="As it was dialled.", max_length=40),
        ),
        migrations.AddField(
            model_name="release",
            name="sent_whole_at",
            field=models.DateTimeField(
                blank=True, help_text="When the last byte of a download had gone out.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(("came_back", ""), ("state", "not_delivered"), _connector="OR"),
                name="releases_release_came_back_undelivered",
            ),
        ),
    ]
