import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("lines", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Credential",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("xtream", "xtream"), ("mac", "mac"), ("short", "short"), ("token", "token")],
                        max_length=16,
                    ),
                ),
                ("handle", models.CharField(max_length=64)),
                ("digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("device", models.CharField(blank=True, help_text="What the customer calls it.", max_length=80)),
                ("created", models.DateTimeField()),
                ("last_seen", models.DateTimeField(blank=True, null=True)),
                ("last_player", models.CharField(blank=True, max_length=80)),
                ("last_address", models.CharField(blank=True, max_length=64)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="credentials", to="lines.line"
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.UniqueConstraint(fields=("kind", "handle"), name="one_line_per_handle"),
        ),
    ]
