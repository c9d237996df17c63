"""Websites, store views, configuration, tax classes, customer groups and customers of the demo shop.

Two websites share the catalogue: the retail one sells in dollars and in two languages, the wholesale one
in euros, below a root category of its own and from a stock of its own.
"""

from saasexport.demo.rows import Rows

WEBSITE_BASE, WEBSITE_WHOLESALE = 1, 2
BOTH_WEBSITES = (WEBSITE_BASE, WEBSITE_WHOLESALE)
# Values of store 0 hold in every store view that has none of its own.
EVERY_STORE, STORE_DEFAULT, STORE_FRENCH, STORE_WHOLESALE = 0, 1, 2, 3
STORE_VIEWS = (STORE_DEFAULT, STORE_FRENCH, STORE_WHOLESALE)
ROOT_RETAIL, ROOT_WHOLESALE = 2, 34

GROUP_NOT_LOGGED_IN, GROUP_GENERAL, GROUP_WHOLESALE, GROUP_RETAILER = 0, 1, 2, 3

TAXABLE_GOODS, RETAIL_CUSTOMER, FOOD_REDUCED, TRADE_CUSTOMER = 2, 3, 4, 5

# When the shop was set up; rows without a story of their own carry it.
OPENED = "2024-03-04 08:00:00"

CONFIGURATION = (
    ("default", 0, "web/unsecure/base_url", "https://shop.example/"),
    ("default", 0, "web/secure/base_url", "https://shop.example/"),
    ("default", 0, "web/unsecure/base_media_url", "https://shop.example/media/"),
    ("default", 0, "web/secure/base_media_url", "https://shop.example/media/"),
    ("default", 0, "web/seo/use_rewrites", "1"),
    ("default", 0, "web/url/use_store", "0"),
    ("default", 0, "general/locale/timezone", "UTC"),
    ("default", 0, "general/locale/weight_unit", "lbs"),
    ("default", 0, "currency/options/base", "USD"),
    ("default", 0, "catalog/price/scope", "1"),
    ("default", 0, "catalog/frontend/default_sort_by", "position"),
    ("default", 0, "cataloginventory/options/show_out_of_stock", "0"),
    ("default", 0, "cataloginventory/options/stock_threshold_qty", "5"),
    ("default", 0, "cataloginventory/item_options/manage_stock", "1"),
    ("default", 0, "cataloginventory/item_options/backorders", "0"),
    ("default", 0, "cataloginventory/item_options/min_qty", "0"),
    ("default", 0, "cataloginventory/item_options/min_sale_qty", "1"),
    ("default", 0, "cataloginventory/item_options/max_sale_qty", "10000"),
    ("default", 0, "cataloginventory/item_options/enable_qty_increments", "0"),
    ("default", 0, "cataloginventory/item_options/qty_increments", "1"),
    ("default", 0, "catalog/magento_catalogpermissions/enabled", "1"),
    ("default", 0, "catalog/magento_catalogpermissions/grant_catalog_category_view", "1"),
    ("default", 0, "catalog/magento_catalogpermissions/grant_catalog_product_price", "1"),
    ("default", 0, "catalog/magento_catalogpermissions/grant_checkout_items", "1"),
    ("websites", WEBSITE_WHOLESALE, "web/unsecure/base_url", "https://wholesale.shop.example/"),
    ("websites", WEBSITE_WHOLESALE, "web/secure/base_url", "https://wholesale.shop.example/"),
    ("websites", WEBSITE_WHOLESALE, "currency/options/base", "EUR"),
    ("websites", WEBSITE_WHOLESALE, "general/locale/timezone", "Europe/Paris"),
    ("websites", WEBSITE_WHOLESALE, "cataloginventory/options/stock_threshold_qty", "20"),
    ("stores", STORE_FRENCH, "general/locale/weight_unit", "kgs"),
    ("stores", STORE_WHOLESALE, "general/locale/weight_unit", "kgs"),
    ("stores", STORE_WHOLESALE, "catalog/frontend/default_sort_by", "price"),
)

CUSTOMERS = (
    (1, STORE_DEFAULT, GROUP_GENERAL, "ada.penrose@example.com", "Ada", "Penrose"),
    (2, STORE_DEFAULT, GROUP_GENERAL, "tom.okafor@example.com", "Tom", "Okafor"),
    (3, STORE_FRENCH, GROUP_GENERAL, "lucie.marchand@example.org", "Lucie", "Marchand"),
    (4, STORE_DEFAULT, GROUP_GENERAL, "ines.holt@example.com", "Ines", "Holt"),
    (5, STORE_WHOLESALE, GROUP_WHOLESALE, "orders@cornercafe.example.org", "Bram", "de Wit"),
    (6, STORE_WHOLESALE, GROUP_WHOLESALE, "kitchen@quayhotel.example.org", "Marta", "Sousa"),
    (7, STORE_WHOLESALE, GROUP_WHOLESALE, "buyer@teahouse.example.org", "Kenji", "Arai"),
)


def write_scopes(rows: Rows) -> None:
    """Write websites, store views, configuration, tax classes, customer groups and customers."""
    _write_websites(rows)
    rows.add_all(
        "core_config_data",
        "scope, scope_id, path, value, updated_at",
        ((*setting, OPENED) for setting in CONFIGURATION),
    )
    rows.add_all(
        "tax_class",
        "class_id, class_name, class_type",
        (
            (TAXABLE_GOODS, "Taxable Goods", "PRODUCT"),
            (RETAIL_CUSTOMER, "Retail Customer", "CUSTOMER"),
            (FOOD_REDUCED, "Food, reduced rate", "PRODUCT"),
            (TRADE_CUSTOMER, "Trade Customer", "CUSTOMER"),
        ),
    )
    _write_customers(rows)


def _write_websites(rows: Rows) -> None:
    rows.add_all(
        "store_website",
        "website_id, code, name, sort_order, default_group_id, is_default",
        (
            (0, "admin", "Admin", 0, 0, 0),
            (WEBSITE_BASE, "base", "Kettle Lane", 1, 1, 1),
            (WEBSITE_WHOLESALE, "wholesale", "Kettle Lane Wholesale", 2, 2, 0),
        ),
    )
    rows.add_all(
        "store_group",
        "group_id, website_id, code, name, root_category_id, default_store_id",
        (
            (0, 0, "default", "Default", 0, 0),
            (1, WEBSITE_BASE, "kettle_lane", "Kettle Lane", ROOT_RETAIL, STORE_DEFAULT),
            (2, WEBSITE_WHOLESALE, "kettle_lane_wholesale", "Wholesale", ROOT_WHOLESALE, STORE_WHOLESALE),
            # Planned, still without a store view.
            (3, WEBSITE_BASE, "harbour_stall", "Harbour Stall", ROOT_RETAIL, 0),
        ),
    )
    rows.add_all(
        "store",
        "store_id, code, website_id, group_id, name, sort_order, is_active",
        (
            (EVERY_STORE, "admin", 0, 0, "Admin", 0, 1),
            (STORE_DEFAULT, "default", WEBSITE_BASE, 1, "English", 1, 1),
            # Closed while the translation goes on; exported all the same.
            (STORE_FRENCH, "french", WEBSITE_BASE, 1, "Français", 2, 0),
            (STORE_WHOLESALE, "wholesale", WEBSITE_WHOLESALE, 2, "Wholesale", 3, 1),
        ),
    )


def _write_customers(rows: Rows) -> None:
    rows.add_all(
        "customer_group",
        "customer_group_id, customer_group_code, tax_class_id",
        (
            (GROUP_NOT_LOGGED_IN, "NOT LOGGED IN", RETAIL_CUSTOMER),
            (GROUP_GENERAL, "General", RETAIL_CUSTOMER),
            (GROUP_WHOLESALE, "Wholesale", TRADE_CUSTOMER),
            (GROUP_RETAILER, "Retailer", TRADE_CUSTOMER),
        ),
    )
    rows.add_all(
        "customer_group_excluded_website",
        "customer_group_id, website_id",
        (
            (GROUP_NOT_LOGGED_IN, WEBSITE_WHOLESALE),
            (GROUP_GENERAL, WEBSITE_WHOLESALE),
            # No longer in use: shut out everywhere.
            (GROUP_RETAILER, WEBSITE_BASE),
            (GROUP_RETAILER, WEBSITE_WHOLESALE),
        ),
    )
    for customer_id, store_id, group_id, email, first_name, last_name in CUSTOMERS:
        rows.add(
            "customer_entity",
            entity_id=customer_id,
            store_id=store_id,
            website_id=WEBSITE_WHOLESALE if store_id == STORE_WHOLESALE else WEBSITE_BASE,
            email=email,
            group_id=group_id,
            firstname=first_name,
            lastname=last_name,
            created_at=OPENED,
            updated_at=OPENED,
        )
