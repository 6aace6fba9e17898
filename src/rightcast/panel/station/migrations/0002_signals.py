from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("station", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="stationrow",
            name="own_networks",
            field=models.TextField(
                blank=True,
                default="",
                help_text="Address ranges (CIDR), one a line, where delivery is not over the web. Empty: everything is web.",
            ),
        ),
        migrations.AddField(
            model_name="stationrow",
            name="regional_blackouts",
            field=models.BooleanField(default=True, verbose_name="regional blackouts concern us"),
        ),
        migrations.AddField(
            model_name="stationrow",
            name="device_groups",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='Words of the names of restricted players, for groups 0 to 2: [["android"], [], []]. '
                "A group without words means every player.",
            ),
        ),
    ]
