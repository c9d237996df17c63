"""The tables as the demo shop has them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """To be faked."""

    operations = (
        migrations.CreateModel(
            "Product",
            [
                ("entity_id", models.AutoField(primary_key=True)),
                ("attribute_set_id", models.IntegerField(default=0)),
                ("type_id", models.TextField(default="simple")),
                ("sku", models.TextField()),
                ("has_options", models.IntegerField(default=0)),
                ("required_options", models.IntegerField(default=0)),
                ("created_at", models.TextField()),
                ("updated_at", models.TextField()),
            ],
            options={"db_table": "catalog_product_entity"},
        ),
        migrations.CreateModel(
            "Group",
            [
                ("customer_group_id", models.AutoField(primary_key=True)),
                ("customer_group_code", models.TextField()),
                ("tax_class_id", models.IntegerField(default=0)),
            ],
            options={"db_table": "customer_group"},
        ),
    )
