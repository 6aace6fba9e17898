from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("catalogue", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="features",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
    ]
