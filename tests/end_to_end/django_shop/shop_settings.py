"""A Django project whose models stand on tables of the demo shop; SHOP names its file."""

import os

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["SHOP"]}}
INSTALLED_APPS = ["catalog"]
USE_TZ = True
