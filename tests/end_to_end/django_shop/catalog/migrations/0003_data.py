"""A data migration right after the table was made anew: no trigger sees what it changes."""

from django.db import migrations, models


def change(apps, editor):
    """Give a product another SKU."""
    apps.get_model("catalog", "Product").objects.filter(entity_id=3).update(sku="KL-MIGRATED")


class Migration(migrations.Migration):
    """AlterField and RunPython."""

    dependencies = (("catalog", "0002_sku"),)
    operations = (
        migrations.AlterField("product", "type_id", models.CharField(max_length=32, default="simple")),
        migrations.RunPython(change),
    )
