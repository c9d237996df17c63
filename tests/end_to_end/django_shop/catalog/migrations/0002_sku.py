"""A shorter SKU: SQLite has no ALTER for that, so the table is copied, dropped and renamed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """AlterField."""

    dependencies = (("catalog", "0001_initial"),)
    operations = (migrations.AlterField("product", "sku", models.CharField(max_length=64)),)
