"""A column more, with a default: the table is made anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """AddField."""

    dependencies = (("catalog", "0003_data"),)
    operations = (migrations.AddField("product", "note", models.TextField(default="none")),)
