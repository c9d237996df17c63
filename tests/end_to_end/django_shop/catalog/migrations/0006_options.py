"""A column that no feed needs goes."""

from django.db import migrations


class Migration(migrations.Migration):
    """RemoveField."""

    dependencies = (("catalog", "0005_group"),)
    operations = (migrations.RemoveField("product", "required_options"),)
