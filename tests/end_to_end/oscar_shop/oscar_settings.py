"""Settings of a django-oscar shop whose database is the file that SHOP names."""

import os

from oscar.defaults import *  # noqa: F403  # as oscar's own documentation has it

SECRET_KEY = "a test"  # nobody signs in
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["SHOP"], "ATOMIC_REQUESTS": True}}
SITE_ID = 1
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
ROOT_URLCONF = "oscar_settings"
urlpatterns = []
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}

# Those with tables, and what they import.
APPS = (
    "analytics",
    "communication",
    "address",
    "shipping",
    "catalogue",
    "partner",
    "basket",
    "payment",
    "offer",
    "order",
    "customer",
    "voucher",
    "wishlists",
    "checkout",
    "search",
)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.messages",
    "django.contrib.flatpages",
    *(f"oscar.apps.{app}.apps.{app.capitalize()}Config" for app in APPS),
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "haystack",
    "treebeard",
    "django_tables2",
]
