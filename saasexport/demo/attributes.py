"""The attributes of products and categories, with the codes that the feeds know, and the shop's own ones.

Ids follow the order of the lists: add at the end, else every id of the demo changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from saasexport.demo.rows import Rows
from saasexport.demo.scopes import STORE_FRENCH

CATEGORY_TYPE, PRODUCT_TYPE = 3, 4
# Where a value of an attribute holds: in one store view, everywhere, or in one website.
PER_STORE, GLOBAL, PER_WEBSITE = 0, 1, 2
BOOLEAN = "Magento\\Eav\\Model\\Entity\\Attribute\\Source\\Boolean"
COUNTRY = "Magento\\Catalog\\Model\\Product\\Attribute\\Source\\Countryofmanufacture"
TEXT_SWATCH = '{"swatch_input_type":"text","update_product_preview_image":"0"}'
VISUAL_SWATCH = (
    '{"swatch_input_type":"visual","update_product_preview_image":"1","use_product_image_for_swatch":"0"}'
)

ATTRIBUTE_SETS = {"Default": 4, "Coffee": 9, "Tea": 10, "Kitchen tools": 11, "Tableware": 12}
CATEGORY_SET = 3


@dataclass(frozen=True)
class Attribute:
    """A row of eav_attribute with the one of catalog_eav_attribute that goes with it."""

    code: str
    backend_type: str
    frontend_input: str
    label: str | None
    scope: int = PER_STORE
    required: int = 0
    unique: int = 0
    user_defined: int = 0
    visible: int = 1
    searchable: int = 0
    filterable: int = 0
    comparable: int = 0
    in_listing: int = 0
    sortable: int = 0
    on_front: int = 0
    in_search: int = 0
    for_rules: int = 0
    search_weight: float = 1
    frontend_class: str | None = None
    source_model: str | None = None
    additional_data: str | None = None
    french_label: str | None = None


def own(
    code: str,
    backend_type: str,
    frontend_input: str,
    label: str,
    french_label: str | None = None,
    scope: int = GLOBAL,
    filterable: int = 0,
    source_model: str | None = None,
    frontend_class: str | None = None,
    additional_data: str | None = None,
) -> Attribute:
    """Describe an attribute that the shop added: shown on the product's page, found by the search."""
    return Attribute(
        code,
        backend_type,
        frontend_input,
        label,
        scope,
        user_defined=1,
        searchable=1,
        on_front=1,
        comparable=1,
        filterable=filterable,
        in_search=min(filterable, 1),
        source_model=source_model,
        frontend_class=frontend_class,
        additional_data=additional_data,
        french_label=french_label,
    )


CATEGORY_LIST = (
    Attribute("name", "varchar", "text", "Name", required=1),
    Attribute("is_active", "int", "select", "Is Active", source_model=BOOLEAN),
    Attribute("description", "text", "textarea", "Description"),
    Attribute("image", "varchar", "image", "Image"),
    Attribute("meta_title", "varchar", "text", "Page Title"),
    Attribute("meta_keywords", "text", "textarea", "Meta Keywords"),
    Attribute("meta_description", "text", "textarea", "Meta Description"),
    Attribute("display_mode", "varchar", "select", "Display Mode"),
    Attribute("is_anchor", "int", "select", "Is Anchor", GLOBAL, source_model=BOOLEAN),
    Attribute("available_sort_by", "text", "multiselect", "Available Product Listing Sort By"),
    Attribute("default_sort_by", "varchar", "select", "Default Product Listing Sort By"),
    Attribute("include_in_menu", "int", "select", "Include in Navigation Menu", source_model=BOOLEAN),
    Attribute("url_key", "varchar", "text", "URL Key"),
    Attribute("url_path", "varchar", "text", None, visible=0),
)

SYSTEM_LIST = (
    Attribute(
        "name",
        "varchar",
        "text",
        "Product Name",
        required=1,
        searchable=1,
        in_listing=1,
        sortable=1,
        search_weight=5,
        french_label="Nom du produit",
    ),
    Attribute(
        "sku",
        "static",
        "text",
        "SKU",
        GLOBAL,
        required=1,
        unique=1,
        searchable=1,
        comparable=1,
        search_weight=6,
        french_label="Référence",
    ),
    Attribute("description", "text", "textarea", "Description", searchable=1, comparable=1),
    Attribute(
        "short_description", "text", "textarea", "Short Description", searchable=1, comparable=1, in_listing=1
    ),
    Attribute(
        "price",
        "decimal",
        "price",
        "Price",
        PER_WEBSITE,
        required=1,
        searchable=1,
        filterable=1,
        in_listing=1,
        sortable=1,
        french_label="Prix",
    ),
    Attribute("special_price", "decimal", "price", "Special Price", PER_WEBSITE, in_listing=1, for_rules=1),
    Attribute("special_from_date", "datetime", "date", "Special Price From Date", PER_WEBSITE, in_listing=1),
    Attribute("special_to_date", "datetime", "date", "Special Price To Date", PER_WEBSITE, in_listing=1),
    Attribute("cost", "decimal", "price", "Cost", PER_WEBSITE),
    Attribute("weight", "decimal", "weight", "Weight", GLOBAL),
    Attribute("meta_title", "varchar", "text", "Meta Title"),
    Attribute("meta_keyword", "text", "textarea", "Meta Keywords"),
    Attribute("meta_description", "varchar", "textarea", "Meta Description"),
    Attribute("image", "varchar", "media_image", "Base"),
    Attribute("small_image", "varchar", "media_image", "Small", in_listing=1),
    Attribute("thumbnail", "varchar", "media_image", "Thumbnail", in_listing=1),
    Attribute("media_gallery", "static", "gallery", "Media Gallery", GLOBAL),
    Attribute("gallery", "varchar", "gallery", "Image Gallery", GLOBAL, visible=0),
    Attribute(
        "news_from_date", "datetime", "date", "Set Product as New from Date", PER_WEBSITE, in_listing=1
    ),
    Attribute("news_to_date", "datetime", "date", "Set Product as New to Date", PER_WEBSITE, in_listing=1),
    Attribute("status", "int", "select", "Enable Product", PER_WEBSITE, searchable=1, in_listing=1),
    Attribute("visibility", "int", "select", "Visibility"),
    Attribute("url_key", "varchar", "text", "URL Key", in_listing=1),
    Attribute("url_path", "varchar", "text", None, visible=0),
    Attribute("image_label", "varchar", "text", "Image Label", visible=0),
    Attribute("small_image_label", "varchar", "text", "Small Image Label", visible=0, in_listing=1),
    Attribute("thumbnail_label", "varchar", "text", "Thumbnail Label", visible=0, in_listing=1),
    Attribute("swatch_image", "varchar", "media_image", "Swatch", in_listing=1),
    Attribute("tax_class_id", "int", "select", "Tax Class", PER_WEBSITE, searchable=1, in_listing=1),
    Attribute("price_type", "int", "boolean", "Dynamic Price", GLOBAL, required=1, in_listing=1),
    Attribute("price_view", "int", "select", "Price View", GLOBAL, required=1, in_listing=1),
    Attribute("sku_type", "int", "boolean", "Dynamic SKU", GLOBAL, required=1),
    Attribute("weight_type", "int", "boolean", "Dynamic Weight", GLOBAL, required=1),
    Attribute("shipment_type", "int", "select", "Ship Bundle Items", GLOBAL, in_listing=1),
    Attribute(
        "links_purchased_separately", "int", "text", "Links can be purchased separately", GLOBAL, visible=0
    ),
    Attribute("links_title", "varchar", "text", "Links title", visible=0),
    Attribute("samples_title", "varchar", "text", "Samples title", visible=0),
    Attribute("has_options", "static", "text", None, GLOBAL, visible=0),
    Attribute("required_options", "static", "text", None, GLOBAL, visible=0, in_listing=1),
    Attribute("is_redeemable", "int", "text", "Is Redeemable", GLOBAL, visible=0),
    Attribute("allow_message", "int", "text", "Allow Message", GLOBAL, visible=0),
    Attribute("giftcard_type", "int", "select", "Card Type", PER_WEBSITE, visible=0),
)

OWN_LIST = (
    own("brand", "int", "select", "Maker", "Fabricant", filterable=1),
    own("roast", "int", "select", "Roast", "Torréfaction", filterable=2, additional_data=TEXT_SWATCH),
    own("grind", "int", "select", "Grind", "Mouture", filterable=1),
    own("pack_size", "int", "select", "Pack size", "Conditionnement", filterable=1),
    own("color", "int", "select", "Color", "Couleur", filterable=1, additional_data=VISUAL_SWATCH),
    own("glaze", "int", "select", "Glaze", "Émail", filterable=1, additional_data=VISUAL_SWATCH),
    own("cup_size", "int", "select", "Cup size", filterable=1, additional_data=TEXT_SWATCH),
    own("taste_notes", "text", "multiselect", "Tastes of", "Arômes", filterable=1),
    own("brew_methods", "varchar", "multiselect", "Good for", "Préparation", filterable=1),
    own("organic", "int", "boolean", "Organic", "Biologique", filterable=1, source_model=BOOLEAN),
    own("dishwasher_safe", "int", "boolean", "Dishwasher safe", source_model=BOOLEAN),
    own("storage_hint", "varchar", "text", "How to keep it", scope=PER_STORE),
    own("care_notes", "text", "textarea", "Care", "Entretien", scope=PER_STORE),
    own("caffeine", "decimal", "text", "Caffeine (mg a cup)", frontend_class="validate-number"),
    own("harvested_on", "datetime", "date", "Harvested on"),
    own("altitude", "int", "text", "Altitude (m)", frontend_class="validate-digits"),
    own("steeping_time", "varchar", "text", "Steeping time", "Infusion", frontend_class="validate-digits"),
    own("origin_country", "varchar", "select", "Origin", "Origine", filterable=1, source_model=COUNTRY),
    own("deposit", "decimal", "price", "Deposit", scope=PER_WEBSITE),
    # Kept in the product's own row: no value table, hence no entry among a product's attributes.
    own("shelf_code", "static", "text", "Shelf code"),
    # Nobody has filled it in yet.
    own("press_quote", "text", "textarea", "Press quote", scope=PER_STORE),
)

CATEGORY_ATTRIBUTES = {one.code: (attribute_id, one) for attribute_id, one in enumerate(CATEGORY_LIST, 45)}
PRODUCT_ATTRIBUTES = {
    one.code: (attribute_id, one) for attribute_id, one in enumerate(SYSTEM_LIST + OWN_LIST, 73)
}


def attribute_id(code: str) -> int:
    """The id of a product attribute."""
    return PRODUCT_ATTRIBUTES[code][0]


def write_attributes(rows: Rows) -> None:
    """Write entity types, attribute sets and the attributes with their labels."""
    rows.add_all(
        "eav_entity_type",
        "entity_type_id, entity_type_code, entity_model, entity_table, default_attribute_set_id",
        (
            (1, "customer", "", "customer_entity", 1),
            (2, "customer_address", "", "customer_address_entity", 2),
            (CATEGORY_TYPE, "catalog_category", "", "catalog_category_entity", CATEGORY_SET),
            (PRODUCT_TYPE, "catalog_product", "", "catalog_product_entity", ATTRIBUTE_SETS["Default"]),
        ),
    )
    rows.add(
        "eav_attribute_set",
        attribute_set_id=CATEGORY_SET,
        entity_type_id=CATEGORY_TYPE,
        attribute_set_name="Default",
        sort_order=1,
    )
    rows.add_all(
        "eav_attribute_set",
        "attribute_set_id, entity_type_id, attribute_set_name, sort_order",
        ((set_id, PRODUCT_TYPE, name, set_id) for name, set_id in ATTRIBUTE_SETS.items()),
    )
    _write_type(rows, CATEGORY_TYPE, CATEGORY_ATTRIBUTES.values())
    _write_type(rows, PRODUCT_TYPE, PRODUCT_ATTRIBUTES.values())


def _write_type(rows: Rows, entity_type_id: int, attributes: Iterable[tuple[int, Attribute]]) -> None:
    for attribute_id, one in attributes:
        rows.add(
            "eav_attribute",
            attribute_id=attribute_id,
            entity_type_id=entity_type_id,
            attribute_code=one.code,
            backend_type=one.backend_type,
            frontend_input=one.frontend_input,
            frontend_label=one.label,
            frontend_class=one.frontend_class,
            source_model=one.source_model,
            is_required=one.required,
            is_user_defined=one.user_defined,
            is_unique=one.unique,
        )
        rows.add(
            "catalog_eav_attribute",
            attribute_id=attribute_id,
            is_global=one.scope,
            is_visible=one.visible,
            is_searchable=one.searchable,
            is_filterable=one.filterable,
            is_comparable=one.comparable,
            is_visible_on_front=one.on_front,
            is_html_allowed_on_front=int(one.frontend_input == "textarea"),
            is_used_for_price_rules=one.for_rules,
            is_filterable_in_search=one.in_search,
            used_in_product_listing=one.in_listing,
            used_for_sort_by=one.sortable,
            search_weight=one.search_weight,
            additional_data=one.additional_data,
        )
        if one.french_label is not None:
            rows.add(
                "eav_attribute_label",
                attribute_id=attribute_id,
                store_id=STORE_FRENCH,
                value=one.french_label,
            )
