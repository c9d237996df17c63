"""Another table, which other feeds watch."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """AlterField."""

    dependencies = (("catalog", "0004_column"),)
    operations = (migrations.AlterField("group", "customer_group_code", models.CharField(max_length=32)),)
