"""The preset for a shop of one table."""

from tests.presets.assembling import items_of


def test_a_row_is_a_product():
    assert [items_of("simple", "products")[place] for place in [0, 1]] == [
        {
            "sku": "00123",
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "name": "Bread",
            "productId": 630873722735943,
            "type": "simple",
            "status": "Enabled",
            "taxClassId": "0",
            "createdAt": "2000-01-01 00:00:00",
            "updatedAt": "2000-01-01 00:00:00",
            "urlKey": "00123",
            "visibility": "Catalog, Search",
            "displayable": True,
            "buyable": False,
            "categories": ["bakery"],
            "categoryData": [{"categoryId": "Bakery", "categoryPath": "bakery", "productPosition": 0}],
            "inStock": False,
            "lowStock": False,
        },
        {
            "sku": "a 1",
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "name": "Apple",
            "productId": 1946520712842567,
            "type": "simple",
            "description": "Red",
            "image": {"url": "https://shop.example/a.jpg", "label": "Apple"},
            "smallImage": {"url": "https://shop.example/a.jpg", "label": "Apple"},
            "status": "Enabled",
            "taxClassId": "0",
            "thumbnail": {"url": "https://shop.example/a.jpg", "label": "Apple"},
            "createdAt": "2000-01-01 00:00:00",
            "updatedAt": "2000-01-01 00:00:00",
            "urlKey": "a-1",
            "visibility": "Catalog, Search",
            "displayable": True,
            "buyable": True,
            "categories": ["fresh-fruit"],
            "categoryData": [{"categoryId": "Fresh Fruit", "categoryPath": "fresh-fruit", "productPosition": 0}],
            "media_gallery": [
                {
                    "url": "https://shop.example/a.jpg",
                    "label": "Apple",
                    "types": ["image", "small_image", "thumbnail"],
                    "sort_order": 0,
                }
            ],
            "images": [
                {
                    "resource": {
                        "url": "https://shop.example/a.jpg",
                        "label": "Apple",
                        "roles": ["image", "small_image", "thumbnail"],
                    },
                    "sortOrder": "0",
                }
            ],
            "inStock": True,
            "lowStock": False,
        },
    ]


def test_what_a_row_has_not_is_left_out():
    assert [items_of("simple", "products")[place] for place in [2, 3]] == [
        {
            "sku": "k",
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "name": "Kiwi",
            "productId": 351558000956304,
            "type": "simple",
            "status": "Enabled",
            "taxClassId": "0",
            "createdAt": "2000-01-01 00:00:00",
            "updatedAt": "2000-01-01 00:00:00",
            "urlKey": "k",
            "visibility": "Catalog, Search",
            "displayable": True,
            "buyable": False,
            "categories": ["fresh-fruit"],
            "categoryData": [{"categoryId": "Fresh Fruit", "categoryPath": "fresh-fruit", "productPosition": 0}],
            "inStock": False,
            "lowStock": False,
        },
        {
            "sku": "z",
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "name": "Zip",
            "productId": 1009212347666928,
            "type": "simple",
            "status": "Enabled",
            "taxClassId": "0",
            "createdAt": "2000-01-01 00:00:00",
            "updatedAt": "2000-01-01 00:00:00",
            "urlKey": "z",
            "visibility": "Catalog, Search",
            "displayable": True,
            "buyable": True,
            "inStock": True,
            "lowStock": False,
        },
    ]


def test_a_price_may_be_text():
    assert items_of("simple", "prices") == [
        {
            "productId": 630873722735943,
            "sku": "00123",
            "type": "SIMPLE",
            "customerGroupCode": "0",
            "websiteCode": "base",
            "regular": 2.5,
        },
        {
            "productId": 1946520712842567,
            "sku": "a 1",
            "type": "SIMPLE",
            "customerGroupCode": "0",
            "websiteCode": "base",
            "regular": 0.4,
        },
        {
            "productId": 351558000956304,
            "sku": "k",
            "type": "SIMPLE",
            "customerGroupCode": "0",
            "websiteCode": "base",
            "regular": 1,
        },
        {
            "productId": 1009212347666928,
            "sku": "z",
            "type": "SIMPLE",
            "customerGroupCode": "0",
            "websiteCode": "base",
            "regular": 3,
        },
    ]


def test_a_quantity_is_stock():
    assert items_of("simple", "inventory_stock_status") == [
        {
            "stockId": "1",
            "sku": "00123",
            "productId": 630873722735943,
            "qty": 0,
            "qtyForSale": 0,
            "infiniteStock": False,
            "isSalable": False,
        },
        {
            "stockId": "1",
            "sku": "a 1",
            "productId": 1946520712842567,
            "qty": 12,
            "qtyForSale": 12,
            "infiniteStock": False,
            "isSalable": True,
        },
        {
            "stockId": "1",
            "sku": "k",
            "productId": 351558000956304,
            "qty": 0,
            "qtyForSale": 0,
            "infiniteStock": False,
            "isSalable": False,
        },
        {
            "stockId": "1",
            "sku": "z",
            "productId": 1009212347666928,
            "qty": 1,
            "qtyForSale": 1,
            "infiniteStock": False,
            "isSalable": True,
        },
    ]


def test_a_category_is_told_once():
    assert items_of("simple", "categories") == [
        {
            "categoryId": "Bakery",
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "name": "Bakery",
            "urlKey": "bakery",
            "urlPath": "bakery",
            "level": 2,
            "path": "Bakery",
            "parentId": "0",
            "position": 0,
            "isAnchor": 1,
            "includeInMenu": 1,
            "isActive": 1,
            "createdAt": "2000-01-01 00:00:00",
            "updatedAt": "2000-01-01 00:00:00",
        },
        {
            "categoryId": "Fresh Fruit",
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "name": "Fresh Fruit",
            "urlKey": "fresh-fruit",
            "urlPath": "fresh-fruit",
            "level": 2,
            "path": "Fresh Fruit",
            "parentId": "0",
            "position": 0,
            "isAnchor": 1,
            "includeInMenu": 1,
            "isActive": 1,
            "createdAt": "2000-01-01 00:00:00",
            "updatedAt": "2000-01-01 00:00:00",
        },
    ]


def test_the_columns_are_the_attributes():
    assert [
        {field: item[field] for field in ("id", "attributeCode", "label", "frontendInput", "required") if field in item}
        for item in items_of("simple", "product_attributes")
    ] == [
        {"id": "sku", "attributeCode": "sku", "label": "SKU", "frontendInput": "text", "required": True},
        {"id": "name", "attributeCode": "name", "label": "Name", "frontendInput": "text", "required": True},
        {
            "id": "description",
            "attributeCode": "description",
            "label": "Description",
            "frontendInput": "textarea",
            "required": False,
        },
        {"id": "price", "attributeCode": "price", "label": "Price", "frontendInput": "price", "required": False},
        {"id": "image", "attributeCode": "image", "label": "Image", "frontendInput": "media_image", "required": False},
        {"id": "url_key", "attributeCode": "url_key", "label": "URL key", "frontendInput": "text", "required": False},
        {"id": "status", "attributeCode": "status", "label": "Enabled", "frontendInput": "select", "required": False},
        {
            "id": "visibility",
            "attributeCode": "visibility",
            "label": "Visibility",
            "frontendInput": "select",
            "required": False,
        },
    ]


def test_there_is_one_website():
    assert items_of("simple", "scopes_website") == [
        {
            "websiteId": "1",
            "websiteCode": "base",
            "stores": [
                {"storeId": "1", "storeCode": "main", "storeViews": [{"storeViewId": "1", "storeViewCode": "default"}]}
            ],
        }
    ]


def test_everybody_is_in_group_0():
    assert items_of("simple", "scopes_customer_group") == [
        {"customerGroupId": "0", "customerGroupCode": "b6589fc6ab0dc82cf12099d1c2d40ab994e8410c", "websites": ["base"]}
    ]
