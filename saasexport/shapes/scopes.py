"""The feeds of websites with their stores, and of customer groups."""

from saasexport.shapes.words import KEY, SHA1, STRING, ListOf, feed, nullable, record

STORE_VIEW = record({"storeViewId": STRING, "storeViewCode": STRING})
STORE_GROUP = record({"storeId": STRING, "storeCode": STRING, "storeViews": nullable(ListOf(STORE_VIEW))})

SCOPES_WEBSITE = feed(
    "scopesWebsite",
    ("websiteId",),
    {"websiteId": KEY, "websiteCode": STRING, "stores": nullable(ListOf(STORE_GROUP))},
)

SCOPES_CUSTOMER_GROUP = feed(
    "scopesCustomerGroup",
    ("customerGroupId",),
    {"customerGroupId": KEY, "customerGroupCode": SHA1, "websites": nullable(ListOf(STRING))},
)
