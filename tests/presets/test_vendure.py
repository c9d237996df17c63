"""The preset for Vendure, on a shop of ours, with ids that are numbers and with UUIDs."""

import sqlite3

import pytest

from tests.presets.assembling import FILES, SCRIPTS, FeedFile, add_functions, assemble, faults, items_of, shop_of
from tests.presets.changes import change_by_change


def test_a_product_of_several_variants_is_one_item_in_each_store_view():
    assert [items_of("vendure", "products")[place] for place in [0]] == [
        {
            "sku": "shoe",
            "storeViewCode": "default_en",
            "storeCode": "default",
            "websiteCode": "default",
            "name": "Shoe",
            "productId": 1,
            "type": "configurable",
            "description": "Runs.",
            "image": {"url": "/assets/shoe.jpg", "label": "A shoe"},
            "smallImage": {"url": "/assets/shoe.jpg", "label": "A shoe"},
            "status": "Enabled",
            "taxClassId": "1",
            "thumbnail": {"url": "/assets/shoe.jpg", "label": "A shoe"},
            "createdAt": "2026-01-02 03:04:05",
            "updatedAt": "2026-01-03 03:04:05",
            "urlKey": "shoe",
            "visibility": "Catalog, Search",
            "currency": "USD",
            "displayable": True,
            "buyable": True,
            "attributes": [{"attributeCode": "brand", "value": ["Acme"]}],
            "categories": ["sport/shoes"],
            "categoryData": [{"categoryId": "3", "categoryPath": "sport/shoes", "productPosition": 0}],
            "media_gallery": [
                {
                    "url": "/assets/shoe.jpg",
                    "label": "A shoe",
                    "types": ["image", "small_image", "thumbnail"],
                    "sort_order": 0,
                },
                {"url": "/assets/back.jpg", "label": "", "sort_order": 1},
            ],
            "optionsV2": [
                {
                    "id": "shoe-size",
                    "label": "Size",
                    "type": "configurable",
                    "values": [
                        {"id": "Y29uZmlndXJhYmxlLzEvMQ==", "label": "40"},
                        {"id": "Y29uZmlndXJhYmxlLzEvMg==", "label": "42"},
                    ],
                }
            ],
            "images": [
                {
                    "resource": {
                        "url": "/assets/shoe.jpg",
                        "label": "A shoe",
                        "roles": ["image", "small_image", "thumbnail"],
                    },
                    "sortOrder": "0",
                },
                {"resource": {"url": "/assets/back.jpg", "label": ""}, "sortOrder": "1"},
            ],
            "inStock": True,
            "lowStock": False,
        }
    ]


def test_a_variant_is_visible_where_it_is_alone():
    assert [items_of("vendure", "products")[place] for place in [1, 2, 3]] == [
        {
            "sku": "S40",
            "storeViewCode": "default_en",
            "storeCode": "default",
            "websiteCode": "default",
            "name": "Shoe 40",
            "productId": 4267352923196041,
            "type": "simple",
            "description": "Runs.",
            "image": {"url": "/assets/shoe.jpg", "label": "A shoe"},
            "smallImage": {"url": "/assets/shoe.jpg", "label": "A shoe"},
            "status": "Enabled",
            "taxClassId": "1",
            "thumbnail": {"url": "/assets/shoe.jpg", "label": "A shoe"},
            "createdAt": "2026-01-04 03:04:05",
            "updatedAt": "2026-01-05 03:04:05",
            "urlKey": "shoe",
            "visibility": "Not Visible Individually",
            "currency": "USD",
            "displayable": False,
            "buyable": False,
            "attributes": [
                {"attributeCode": "brand", "value": ["Acme"]},
                {"attributeCode": "shoe-size", "value": ["40"]},
            ],
            "media_gallery": [
                {
                    "url": "/assets/shoe.jpg",
                    "label": "A shoe",
                    "types": ["image", "small_image", "thumbnail"],
                    "sort_order": 0,
                },
                {"url": "/assets/back.jpg", "label": "", "sort_order": 1},
            ],
            "images": [
                {
                    "resource": {
                        "url": "/assets/shoe.jpg",
                        "label": "A shoe",
                        "roles": ["image", "small_image", "thumbnail"],
                    },
                    "sortOrder": "0",
                },
                {"resource": {"url": "/assets/back.jpg", "label": ""}, "sortOrder": "1"},
            ],
            "inStock": False,
            "lowStock": False,
            "parents": [{"sku": "shoe", "productType": "configurable"}],
        },
        {
            "sku": "S42",
            "storeViewCode": "default_en",
            "storeCode": "default",
            "websiteCode": "default",
            "name": "Shoe 42",
            "productId": 574662838827999,
            "type": "simple",
            "description": "Runs.",
            "image": {"url": "/assets/42.jpg"},
            "smallImage": {"url": "/assets/42.jpg"},
            "status": "Enabled",
            "taxClassId": "1",
            "thumbnail": {"url": "/assets/42.jpg"},
            "createdAt": "2026-01-04 03:04:05",
            "updatedAt": "2026-01-05 03:04:05",
            "urlKey": "shoe",
            "visibility": "Not Visible Individually",
            "currency": "USD",
            "displayable": False,
            "buyable": True,
            "attributes": [
                {"attributeCode": "brand", "value": ["Acme", "Zoo"]},
                {"attributeCode": "shoe-size", "value": ["42"]},
            ],
            "media_gallery": [
                {"url": "/assets/42.jpg", "label": "", "types": ["image", "small_image", "thumbnail"], "sort_order": 0}
            ],
            "images": [
                {
                    "resource": {"url": "/assets/42.jpg", "label": "", "roles": ["image", "small_image", "thumbnail"]},
                    "sortOrder": "0",
                }
            ],
            "inStock": True,
            "lowStock": False,
            "parents": [{"sku": "shoe", "productType": "configurable"}],
        },
        {
            "sku": "S42",
            "storeViewCode": "eu_de",
            "storeCode": "eu",
            "websiteCode": "eu",
            "name": "Schuh 42",
            "productId": 574662838827999,
            "type": "simple",
            "description": "Rennt.",
            "image": {"url": "/assets/42.jpg"},
            "smallImage": {"url": "/assets/42.jpg"},
            "status": "Enabled",
            "taxClassId": "1",
            "thumbnail": {"url": "/assets/42.jpg"},
            "createdAt": "2026-01-04 03:04:05",
            "updatedAt": "2026-01-05 03:04:05",
            "urlKey": "schuh",
            "visibility": "Catalog, Search",
            "currency": "EUR",
            "displayable": True,
            "buyable": False,
            "attributes": [
                {"attributeCode": "brand", "value": ["Acme", "Zoo AG"]},
                {"attributeCode": "shoe-size", "value": ["42"]},
            ],
            "categories": ["sport-de/shoes"],
            "categoryData": [{"categoryId": "3", "categoryPath": "sport-de/shoes", "productPosition": 0}],
            "media_gallery": [
                {"url": "/assets/42.jpg", "label": "", "types": ["image", "small_image", "thumbnail"], "sort_order": 0}
            ],
            "images": [
                {
                    "resource": {"url": "/assets/42.jpg", "label": "", "roles": ["image", "small_image", "thumbnail"]},
                    "sortOrder": "0",
                }
            ],
            "inStock": False,
            "lowStock": False,
        },
    ]


def test_what_is_missing_in_a_language_comes_from_another():
    assert [
        [
            {
                field: item[field]
                for field in (
                    "sku",
                    "storeViewCode",
                    "name",
                    "description",
                    "urlKey",
                    "currency",
                    "attributes",
                    "categories",
                    "inStock",
                )
                if field in item
            }
            for item in items_of("vendure", "products")
        ][place]
        for place in [4, 5]
    ] == [
        {
            "sku": "S42",
            "storeViewCode": "eu_en",
            "name": "Shoe 42",
            "description": "Runs.",
            "urlKey": "shoe",
            "currency": "EUR",
            "attributes": [
                {"attributeCode": "brand", "value": ["Acme", "Zoo"]},
                {"attributeCode": "shoe-size", "value": ["42"]},
            ],
            "categories": ["sport/shoes"],
            "inStock": False,
        },
        {
            "sku": "P1",
            "storeViewCode": "default_en",
            "name": "A Plant",
            "urlKey": "plant",
            "currency": "USD",
            "attributes": [{"attributeCode": "brand", "value": ["Zoo"]}],
            "categories": ["sport"],
            "inStock": True,
        },
    ]


def test_a_price_is_told_in_the_channels_currency():
    assert items_of("vendure", "prices") == [
        {
            "productId": 4267352923196041,
            "sku": "S40",
            "type": "SIMPLE",
            "customerGroupCode": "0",
            "websiteCode": "default",
            "parents": [{"type": "CONFIGURABLE", "sku": "shoe"}],
            "regular": 99.95,
        },
        {
            "productId": 574662838827999,
            "sku": "S42",
            "type": "SIMPLE",
            "customerGroupCode": "0",
            "websiteCode": "default",
            "parents": [{"type": "CONFIGURABLE", "sku": "shoe"}],
            "regular": 100,
        },
        {
            "productId": 574662838827999,
            "sku": "S42",
            "type": "SIMPLE",
            "customerGroupCode": "0",
            "websiteCode": "eu",
            "regular": 91,
        },
        {
            "productId": 3548815012717057,
            "sku": "P1",
            "type": "SIMPLE",
            "customerGroupCode": "0",
            "websiteCode": "default",
            "regular": 0.05,
        },
    ]


def test_stock_is_told_by_location():
    assert items_of("vendure", "inventory_stock_status") == [
        {
            "stockId": "1",
            "sku": "S42",
            "productId": 574662838827999,
            "qty": 5,
            "qtyForSale": 2,
            "infiniteStock": False,
            "isSalable": True,
        },
        {
            "stockId": "1",
            "sku": "S40",
            "productId": 4267352923196041,
            "qty": 3,
            "qtyForSale": 0,
            "infiniteStock": False,
            "isSalable": False,
        },
        {
            "stockId": "1",
            "sku": "P1",
            "productId": 3548815012717057,
            "qty": 0,
            "qtyForSale": 0,
            "infiniteStock": True,
            "isSalable": True,
        },
    ]


def test_a_collection_has_its_path_in_each_language():
    assert [
        {
            field: item[field]
            for field in (
                "categoryId",
                "storeViewCode",
                "name",
                "description",
                "urlPath",
                "image",
                "level",
                "path",
                "parentId",
                "children",
                "position",
                "isActive",
                "includeInMenu",
            )
            if field in item
        }
        for item in items_of("vendure", "categories")
    ] == [
        {
            "categoryId": "1",
            "storeViewCode": "default_en",
            "name": "__root_collection__",
            "urlPath": "",
            "level": 1,
            "path": "1",
            "parentId": "0",
            "children": ["2"],
            "position": 0,
            "isActive": 1,
            "includeInMenu": 0,
        },
        {
            "categoryId": "2",
            "storeViewCode": "default_en",
            "name": "Sport",
            "description": "Run",
            "urlPath": "sport",
            "image": "/assets/shoe.jpg",
            "level": 2,
            "path": "1/2",
            "parentId": "1",
            "children": ["3"],
            "position": 1,
            "isActive": 1,
            "includeInMenu": 1,
        },
        {
            "categoryId": "2",
            "storeViewCode": "eu_de",
            "name": "Sport",
            "urlPath": "sport-de",
            "image": "/assets/shoe.jpg",
            "level": 2,
            "path": "1/2",
            "parentId": "1",
            "children": ["3"],
            "position": 1,
            "isActive": 1,
            "includeInMenu": 1,
        },
        {
            "categoryId": "2",
            "storeViewCode": "eu_en",
            "name": "Sport",
            "description": "Run",
            "urlPath": "sport",
            "image": "/assets/shoe.jpg",
            "level": 2,
            "path": "1/2",
            "parentId": "1",
            "children": ["3"],
            "position": 1,
            "isActive": 1,
            "includeInMenu": 1,
        },
        {
            "categoryId": "3",
            "storeViewCode": "default_en",
            "name": "Shoes",
            "urlPath": "sport/shoes",
            "level": 3,
            "path": "1/2/3",
            "parentId": "2",
            "position": 2,
            "isActive": 1,
            "includeInMenu": 1,
        },
        {
            "categoryId": "3",
            "storeViewCode": "eu_de",
            "name": "Shoes",
            "urlPath": "sport-de/shoes",
            "level": 3,
            "path": "1/2/3",
            "parentId": "2",
            "position": 2,
            "isActive": 1,
            "includeInMenu": 1,
        },
        {
            "categoryId": "3",
            "storeViewCode": "eu_en",
            "name": "Shoes",
            "urlPath": "sport/shoes",
            "level": 3,
            "path": "1/2/3",
            "parentId": "2",
            "position": 2,
            "isActive": 1,
            "includeInMenu": 1,
        },
        {
            "categoryId": "4",
            "storeViewCode": "default_en",
            "name": "Private",
            "urlPath": "sport/private",
            "level": 3,
            "path": "1/2/4",
            "parentId": "2",
            "position": 1,
            "isActive": 0,
            "includeInMenu": 0,
        },
    ]


def test_a_variant_names_the_options_it_is_chosen_by():
    assert items_of("vendure", "variants") == [
        {
            "id": "c56fc7850f09bb1e14e6f00bc8113bda",
            "optionValues": [
                {"attributeCode": "shoe-size", "uid": "Y29uZmlndXJhYmxlLzEvMQ==", "label": "40", "valueIndex": "1"}
            ],
            "parentId": "1",
            "productId": "4267352923196041",
            "parentSku": "shoe",
            "productSku": "S40",
        },
        {
            "id": "9db1c4409e4a88b6ce049fbc56e45bc6",
            "optionValues": [
                {"attributeCode": "shoe-size", "uid": "Y29uZmlndXJhYmxlLzEvMg==", "label": "42", "valueIndex": "2"}
            ],
            "parentId": "1",
            "productId": "574662838827999",
            "parentSku": "shoe",
            "productSku": "S42",
        },
    ]


def test_facets_and_option_groups_are_attributes():
    assert [
        {
            field: item[field]
            for field in ("id", "storeViewCode", "attributeCode", "label", "frontendInput", "systemAttribute")
            if field in item
        }
        for item in items_of("vendure", "product_attributes")
    ] == [
        {
            "id": "sku",
            "storeViewCode": "default_en",
            "attributeCode": "sku",
            "label": "SKU",
            "frontendInput": "text",
            "systemAttribute": True,
        },
        {
            "id": "name",
            "storeViewCode": "default_en",
            "attributeCode": "name",
            "label": "Name",
            "frontendInput": "text",
            "systemAttribute": True,
        },
        {
            "id": "description",
            "storeViewCode": "default_en",
            "attributeCode": "description",
            "label": "Description",
            "frontendInput": "textarea",
            "systemAttribute": True,
        },
        {
            "id": "price",
            "storeViewCode": "default_en",
            "attributeCode": "price",
            "label": "Price",
            "frontendInput": "price",
            "systemAttribute": True,
        },
        {
            "id": "url_key",
            "storeViewCode": "default_en",
            "attributeCode": "url_key",
            "label": "Slug",
            "frontendInput": "text",
            "systemAttribute": True,
        },
        {
            "id": "status",
            "storeViewCode": "default_en",
            "attributeCode": "status",
            "label": "Enabled",
            "frontendInput": "select",
            "systemAttribute": True,
        },
        {
            "id": "visibility",
            "storeViewCode": "default_en",
            "attributeCode": "visibility",
            "label": "Visibility",
            "frontendInput": "select",
            "systemAttribute": True,
        },
        {
            "id": "facet-1",
            "storeViewCode": "default_en",
            "attributeCode": "brand",
            "label": "Brand",
            "frontendInput": "multiselect",
            "systemAttribute": False,
        },
        {
            "id": "option-group-1",
            "storeViewCode": "default_en",
            "attributeCode": "shoe-size",
            "label": "Size",
            "frontendInput": "select",
            "systemAttribute": False,
        },
        {
            "id": "sku",
            "storeViewCode": "eu_de",
            "attributeCode": "sku",
            "label": "SKU",
            "frontendInput": "text",
            "systemAttribute": True,
        },
        {
            "id": "name",
            "storeViewCode": "eu_de",
            "attributeCode": "name",
            "label": "Name",
            "frontendInput": "text",
            "systemAttribute": True,
        },
        {
            "id": "description",
            "storeViewCode": "eu_de",
            "attributeCode": "description",
            "label": "Description",
            "frontendInput": "textarea",
            "systemAttribute": True,
        },
        {
            "id": "price",
            "storeViewCode": "eu_de",
            "attributeCode": "price",
            "label": "Price",
            "frontendInput": "price",
            "systemAttribute": True,
        },
        {
            "id": "url_key",
            "storeViewCode": "eu_de",
            "attributeCode": "url_key",
            "label": "Slug",
            "frontendInput": "text",
            "systemAttribute": True,
        },
        {
            "id": "status",
            "storeViewCode": "eu_de",
            "attributeCode": "status",
            "label": "Enabled",
            "frontendInput": "select",
            "systemAttribute": True,
        },
        {
            "id": "visibility",
            "storeViewCode": "eu_de",
            "attributeCode": "visibility",
            "label": "Visibility",
            "frontendInput": "select",
            "systemAttribute": True,
        },
        {
            "id": "facet-1",
            "storeViewCode": "eu_de",
            "attributeCode": "brand",
            "label": "Marke",
            "frontendInput": "multiselect",
            "systemAttribute": False,
        },
        {
            "id": "option-group-1",
            "storeViewCode": "eu_de",
            "attributeCode": "shoe-size",
            "label": "Größe",
            "frontendInput": "select",
            "systemAttribute": False,
        },
        {
            "id": "sku",
            "storeViewCode": "eu_en",
            "attributeCode": "sku",
            "label": "SKU",
            "frontendInput": "text",
            "systemAttribute": True,
        },
        {
            "id": "name",
            "storeViewCode": "eu_en",
            "attributeCode": "name",
            "label": "Name",
            "frontendInput": "text",
            "systemAttribute": True,
        },
        {
            "id": "description",
            "storeViewCode": "eu_en",
            "attributeCode": "description",
            "label": "Description",
            "frontendInput": "textarea",
            "systemAttribute": True,
        },
        {
            "id": "price",
            "storeViewCode": "eu_en",
            "attributeCode": "price",
            "label": "Price",
            "frontendInput": "price",
            "systemAttribute": True,
        },
        {
            "id": "url_key",
            "storeViewCode": "eu_en",
            "attributeCode": "url_key",
            "label": "Slug",
            "frontendInput": "text",
            "systemAttribute": True,
        },
        {
            "id": "status",
            "storeViewCode": "eu_en",
            "attributeCode": "status",
            "label": "Enabled",
            "frontendInput": "select",
            "systemAttribute": True,
        },
        {
            "id": "visibility",
            "storeViewCode": "eu_en",
            "attributeCode": "visibility",
            "label": "Visibility",
            "frontendInput": "select",
            "systemAttribute": True,
        },
        {
            "id": "facet-1",
            "storeViewCode": "eu_en",
            "attributeCode": "brand",
            "label": "Brand",
            "frontendInput": "multiselect",
            "systemAttribute": False,
        },
        {
            "id": "option-group-1",
            "storeViewCode": "eu_en",
            "attributeCode": "shoe-size",
            "label": "Size",
            "frontendInput": "select",
            "systemAttribute": False,
        },
    ]


def test_an_order_that_was_placed_has_its_lines_money_and_parcels():
    assert items_of("vendure", "orders") == [
        {
            "orderId": {"id": "a67c5985-b9c1-5ff5-a369-541b0b6d7db6"},
            "commerceOrderId": "1",
            "commerceOrderNumber": "AAA",
            "externalId": {"id": "1", "salesChannel": "vendure"},
            "createdAt": "2026-03-04T05:06:07+00:00",
            "updatedAt": "2026-03-05T00:00:00+00:00",
            "state": 3,
            "status": "PartiallyShipped",
            "totalQtyOrdered": 2,
            "isVirtual": False,
            "subtotal": 199.9,
            "grandTotal": 244.68,
            "discountAmount": -1,
            "currency": "USD",
            "amountAuthorized": 0,
            "amountPaid": 244.68,
            "amountRefunded": 99.95,
            "storeViewCode": "eu_de",
            "storeCode": "eu",
            "websiteCode": "eu",
            "customerId": 1,
            "customerEmail": "ada@shop.example",
            "payment": {
                "paymentMethodName": "card",
                "paymentMethodCode": "card",
                "totalAmount": 244.68,
                "taxAmount": 40.78,
                "currency": "USD",
            },
            "shipping": {
                "shippingAddress": {
                    "postcode": "N1",
                    "street": "1 High St",
                    "multiLineStreet": ["1 High St"],
                    "city": "London",
                    "country": "GB",
                    "firstname": "Ada",
                    "lastname": "Lovelace Byron",
                },
                "shippingMethodName": "Normal",
                "shippingMethodCode": "standard",
                "shippingAmount": 5,
                "shippingTax": 1,
            },
            "items": [
                {
                    "itemId": {"id": "99e5493e-6169-596d-b770-4098c01cd539"},
                    "entityId": "1",
                    "isVirtual": False,
                    "qtyShipped": 1,
                    "qtyOrdered": 2,
                    "qtyRefunded": 1,
                    "productType": "simple",
                    "itemsShippedTogether": False,
                    "sku": "S40",
                    "productSku": "S40",
                    "name": "Shoe 40",
                    "qty": 2,
                    "unitPrice": 99.95,
                    "itemPrice": 199.9,
                    "discountAmount": 1,
                    "taxAmount": 39.78,
                    "totalAmount": 238.68,
                }
            ],
            "creditMemos": [
                {
                    "creditMemoId": {"id": "3f9b1c3a-0106-5095-862b-3c903aab2677"},
                    "entityId": "1",
                    "state": 2,
                    "createdAt": "2026-03-08T05:07:00+00:00",
                    "creditMemoComments": ["torn"],
                    "shippingAmount": 0,
                    "adjustment": 0,
                    "currency": "USD",
                    "subtotal": 99.95,
                    "grandTotal": 99.95,
                    "commerceCreditMemoNumber": "1",
                    "refundItems": [{"orderItemId": {"id": "99e5493e-6169-596d-b770-4098c01cd539"}, "qtyRefunded": 1}],
                }
            ],
            "transactions": [
                {"entityId": "1", "txnId": "tx-1", "type": "settled", "createdAt": "2026-03-04T05:07:00+00:00"}
            ],
            "shipments": [
                {
                    "shipmentId": {"id": "a502b2e8-1639-5980-8451-f227e3cba374"},
                    "createdAt": "2026-03-06T05:06:07+00:00",
                    "updatedAt": "2026-03-07T05:06:07+00:00",
                    "trackingInfo": {"shippingCarrier": "manual", "shippingMethod": "Post", "trackingNumber": "T1"},
                    "commerceShipmentNumber": "1",
                    "items": [{"orderItemId": {"id": "99e5493e-6169-596d-b770-4098c01cd539"}, "qtyShipped": 1}],
                }
            ],
        }
    ]


def test_a_channel_is_a_website_and_its_languages_store_views():
    assert items_of("vendure", "scopes_website") == [
        {
            "websiteId": "1",
            "websiteCode": "default",
            "stores": [
                {
                    "storeId": "1",
                    "storeCode": "default",
                    "storeViews": [{"storeViewId": "1_en", "storeViewCode": "default_en"}],
                }
            ],
        },
        {
            "websiteId": "2",
            "websiteCode": "eu",
            "stores": [
                {
                    "storeId": "2",
                    "storeCode": "eu",
                    "storeViews": [
                        {"storeViewId": "2_de", "storeViewCode": "eu_de"},
                        {"storeViewId": "2_en", "storeViewCode": "eu_en"},
                    ],
                }
            ],
        },
    ]


def test_a_customer_group_belongs_to_all_channels():
    assert items_of("vendure", "scopes_customer_group") == [
        {
            "customerGroupId": "1",
            "customerGroupCode": "356a192b7913b04c54574d18c28d46e6395428ab",
            "websites": ["default", "eu"],
        }
    ]


# The columns that hold no id for all their names.
NO_ID = {"transactionId"}


def with_text_ids(shop):
    """A copy of a shop whose ids are texts, as Vendure with UUIDs has them."""
    copy = add_functions(sqlite3.connect(":memory:", isolation_level=None))
    for (table,) in shop.execute("select name from sqlite_schema where type = 'table'").fetchall():
        names = [row[1] for row in shop.execute(f'pragma table_info("{table}")')]
        ids = {name for name in names if name == "id" or name.endswith("Id") or name.startswith("id_")} - NO_ID
        columns = ", ".join(f'"{name}" varchar' if name in ids else f'"{name}"' for name in names)
        columns = columns.replace('"id" varchar', '"id" varchar primary key')
        copy.execute(f'create table "{table}" ({columns})')
        for row in shop.execute(f'select * from "{table}"'):
            values = [text_id(value) if name in ids else value for name, value in zip(names, row, strict=True)]
            copy.execute(f'insert into "{table}" values ({", ".join("?" * len(row))})', values)
    return copy


def text_id(number):
    """A text that sorts as the number does."""
    return None if number is None else f"00000000-0000-4000-8000-{number:012}"


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name == "vendure"], ids=lambda path: path.stem)
def test_ids_may_be_texts(path):
    file, shop = FeedFile(path), shop_of(*SCRIPTS["vendure"])
    numbers = assemble(file, shop, file.entities(shop))
    copy = with_text_ids(shop)
    texts = assemble(file, copy, file.entities(copy))
    assert faults(file, texts) == set()
    assert [text_id(key) for key in numbers] == list(texts)
    assert [[set(item) for item in items] for items in numbers.values()] == [
        [set(item) for item in items] for items in texts.values()
    ]


@pytest.mark.sample(1)
@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name == "vendure"], ids=lambda path: path.stem)
def test_watches_name_every_entity_whose_ids_are_texts_too(path):
    copy = with_text_ids(shop_of(*SCRIPTS["vendure"]))
    trials = list(change_by_change(FeedFile(path), copy))
    assert trials
    assert [(change, differ) for change, differ, lines in trials if not differ <= set().union(*lines.values())] == []
