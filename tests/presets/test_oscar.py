"""The preset for django-oscar, on a shop of ours."""

from tests.presets.assembling import items_of


def test_a_parent_offers_what_its_children_hold():
    assert [items_of("oscar", "products")[place] for place in [0]] == [
        {
            "sku": "oscar-1",
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "name": "T-shirt",
            "productId": 1,
            "type": "configurable",
            "description": "Cotton",
            "image": {"url": "https://shop.example/media/images/a.jpg", "label": "Front"},
            "metaTitle": "Shirts",
            "smallImage": {"url": "https://shop.example/media/images/a.jpg", "label": "Front"},
            "status": "Enabled",
            "taxClassId": "0",
            "thumbnail": {"url": "https://shop.example/media/images/a.jpg", "label": "Front"},
            "createdAt": "2026-01-02 03:04:05",
            "updatedAt": "2026-02-03 04:05:06",
            "urlKey": "t-shirt",
            "visibility": "Catalog, Search",
            "displayable": True,
            "buyable": True,
            "attributes": [{"attributeCode": "fabric", "value": ["cotton"]}],
            "categories": ["clothes"],
            "categoryData": [{"categoryId": "1", "categoryPath": "clothes", "productPosition": 0}],
            "media_gallery": [
                {
                    "url": "https://shop.example/media/images/a.jpg",
                    "label": "Front",
                    "types": ["image", "small_image", "thumbnail"],
                    "sort_order": 0,
                },
                {"url": "https://shop.example/media/images/b.jpg", "label": "Back", "sort_order": 1},
            ],
            "optionsV2": [
                {
                    "id": "size",
                    "label": "Size",
                    "type": "configurable",
                    "values": [
                        {"id": "Y29uZmlndXJhYmxlLzEvMQ==", "label": "S", "sortOrder": 1},
                        {"id": "Y29uZmlndXJhYmxlLzEvMg==", "label": "M", "sortOrder": 2},
                    ],
                }
            ],
            "images": [
                {
                    "resource": {
                        "url": "https://shop.example/media/images/a.jpg",
                        "label": "Front",
                        "roles": ["image", "small_image", "thumbnail"],
                    },
                    "sortOrder": "0",
                },
                {"resource": {"url": "https://shop.example/media/images/b.jpg", "label": "Back"}, "sortOrder": "1"},
            ],
            "inStock": True,
            "lowStock": False,
            "url": "https://shop.example/catalogue/t-shirt_1/",
        }
    ]


def test_a_child_takes_over_what_it_has_not_itself():
    assert [items_of("oscar", "products")[place] for place in [1, 2]] == [
        {
            "sku": "shirt-s",
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "name": "T-shirt",
            "productId": 2,
            "type": "simple",
            "description": "Cotton",
            "image": {"url": "https://shop.example/media/images/a.jpg", "label": "Front"},
            "metaTitle": "Shirts",
            "smallImage": {"url": "https://shop.example/media/images/a.jpg", "label": "Front"},
            "status": "Enabled",
            "taxClassId": "0",
            "thumbnail": {"url": "https://shop.example/media/images/a.jpg", "label": "Front"},
            "createdAt": "2026-01-02 03:04:05",
            "updatedAt": "2026-02-03 04:05:06",
            "urlKey": "t-shirt",
            "visibility": "Not Visible Individually",
            "currency": "GBP",
            "displayable": False,
            "buyable": False,
            "attributes": [{"attributeCode": "size", "value": ["S"]}, {"attributeCode": "fabric", "value": ["cotton"]}],
            "media_gallery": [
                {
                    "url": "https://shop.example/media/images/a.jpg",
                    "label": "Front",
                    "types": ["image", "small_image", "thumbnail"],
                    "sort_order": 0,
                },
                {"url": "https://shop.example/media/images/b.jpg", "label": "Back", "sort_order": 1},
            ],
            "images": [
                {
                    "resource": {
                        "url": "https://shop.example/media/images/a.jpg",
                        "label": "Front",
                        "roles": ["image", "small_image", "thumbnail"],
                    },
                    "sortOrder": "0",
                },
                {"resource": {"url": "https://shop.example/media/images/b.jpg", "label": "Back"}, "sortOrder": "1"},
            ],
            "inStock": False,
            "lowStock": True,
            "url": "https://shop.example/catalogue/t-shirt_2/",
            "parents": [{"sku": "oscar-1", "productType": "configurable"}],
        },
        {
            "sku": "shirt-m",
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "name": "T-shirt, medium",
            "productId": 3,
            "type": "simple",
            "description": "Cotton",
            "image": {"url": "https://shop.example/media/images/m.jpg"},
            "metaTitle": "Shirts",
            "smallImage": {"url": "https://shop.example/media/images/m.jpg"},
            "status": "Enabled",
            "taxClassId": "0",
            "thumbnail": {"url": "https://shop.example/media/images/m.jpg"},
            "createdAt": "2026-01-02 03:04:05",
            "updatedAt": "2026-02-03 04:05:06",
            "urlKey": "t-shirt",
            "visibility": "Not Visible Individually",
            "currency": "GBP",
            "displayable": False,
            "buyable": True,
            "attributes": [{"attributeCode": "size", "value": ["M"]}, {"attributeCode": "fabric", "value": ["linen"]}],
            "media_gallery": [
                {
                    "url": "https://shop.example/media/images/m.jpg",
                    "label": "",
                    "types": ["image", "small_image", "thumbnail"],
                    "sort_order": 0,
                }
            ],
            "images": [
                {
                    "resource": {
                        "url": "https://shop.example/media/images/m.jpg",
                        "label": "",
                        "roles": ["image", "small_image", "thumbnail"],
                    },
                    "sortOrder": "0",
                }
            ],
            "inStock": True,
            "lowStock": True,
            "url": "https://shop.example/catalogue/t-shirt_3/",
            "parents": [{"sku": "oscar-1", "productType": "configurable"}],
        },
    ]


def test_a_product_has_its_attributes_categories_and_recommendations():
    assert [items_of("oscar", "products")[place] for place in [3]] == [
        {
            "sku": "97801",
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "name": "A Book",
            "productId": 4,
            "type": "simple",
            "description": "Pages",
            "status": "Enabled",
            "taxClassId": "0",
            "createdAt": "2026-01-02 03:04:05",
            "updatedAt": "2026-02-03 04:05:06",
            "urlKey": "a-book",
            "visibility": "Catalog, Search",
            "currency": "GBP",
            "displayable": True,
            "buyable": True,
            "attributes": [
                {"attributeCode": "tags", "value": ["new", "used"]},
                {"attributeCode": "signed", "value": ["yes"]},
            ],
            "categories": ["books/fiction"],
            "categoryData": [{"categoryId": "3", "categoryPath": "books/fiction", "productPosition": 0}],
            "links": [{"sku": "song", "type": "related"}, {"sku": "shirt-m", "type": "related"}],
            "inStock": True,
            "lowStock": False,
            "url": "https://shop.example/catalogue/a-book_4/",
        }
    ]


def test_stock_that_is_not_tracked_is_never_out_and_a_draft_is_disabled():
    assert [
        [
            {
                field: item[field]
                for field in ("sku", "name", "status", "inStock", "buyable", "displayable", "visibility")
                if field in item
            }
            for item in items_of("oscar", "products")
        ][place]
        for place in [4, 5]
    ] == [
        {
            "sku": "song",
            "name": "A Song",
            "status": "Enabled",
            "inStock": True,
            "buyable": True,
            "displayable": True,
            "visibility": "Catalog, Search",
        },
        {
            "sku": "oscar-6",
            "name": "A Draft",
            "status": "Disabled",
            "inStock": False,
            "buyable": False,
            "displayable": False,
            "visibility": "Catalog, Search",
        },
    ]


def test_a_price_is_that_of_the_first_stock_record_and_none_is_told():
    assert items_of("oscar", "prices") == [
        {
            "productId": 2,
            "sku": "shirt-s",
            "type": "SIMPLE",
            "customerGroupCode": "0",
            "websiteCode": "base",
            "parents": [{"type": "CONFIGURABLE", "sku": "oscar-1"}],
            "regular": 10,
        },
        {
            "productId": 3,
            "sku": "shirt-m",
            "type": "SIMPLE",
            "customerGroupCode": "0",
            "websiteCode": "base",
            "parents": [{"type": "CONFIGURABLE", "sku": "oscar-1"}],
            "regular": 9.99,
        },
        {
            "productId": 4,
            "sku": "97801",
            "type": "SIMPLE",
            "customerGroupCode": "0",
            "websiteCode": "base",
            "regular": 12.5,
        },
        {"error": True},
    ]


def test_stock_is_told_by_partner():
    assert items_of("oscar", "inventory_stock_status") == [
        {
            "stockId": "7",
            "sku": "shirt-s",
            "productId": 2,
            "qty": 3,
            "qtyForSale": 0,
            "infiniteStock": False,
            "isSalable": False,
        },
        {
            "stockId": "7",
            "sku": "shirt-m",
            "productId": 3,
            "qty": 5,
            "qtyForSale": 5,
            "infiniteStock": False,
            "isSalable": True,
        },
        {
            "stockId": "8",
            "sku": "shirt-m",
            "productId": 3,
            "qty": 1,
            "qtyForSale": 1,
            "infiniteStock": False,
            "isSalable": True,
        },
        {
            "stockId": "8",
            "sku": "97801",
            "productId": 4,
            "qty": 1,
            "qtyForSale": 1,
            "infiniteStock": False,
            "isSalable": True,
        },
        {
            "stockId": "8",
            "sku": "song",
            "productId": 5,
            "qty": 0,
            "qtyForSale": 0,
            "infiniteStock": True,
            "isSalable": True,
        },
    ]


def test_a_category_knows_its_place_by_its_path():
    assert [
        {
            field: item[field]
            for field in (
                "categoryId",
                "name",
                "urlKey",
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
        for item in items_of("oscar", "categories")
    ] == [
        {
            "categoryId": "1",
            "name": "Clothes",
            "urlKey": "clothes",
            "urlPath": "clothes",
            "image": "https://shop.example/media/categories/clothes.jpg",
            "level": 2,
            "path": "1",
            "parentId": "0",
            "position": 1,
            "isActive": 1,
            "includeInMenu": 1,
        },
        {
            "categoryId": "2",
            "name": "Books",
            "urlKey": "books",
            "urlPath": "books",
            "level": 2,
            "path": "2",
            "parentId": "0",
            "children": ["3"],
            "position": 2,
            "isActive": 1,
            "includeInMenu": 1,
        },
        {
            "categoryId": "3",
            "name": "Fiction",
            "urlKey": "fiction",
            "urlPath": "books/fiction",
            "level": 3,
            "path": "2/3",
            "parentId": "2",
            "position": 1,
            "isActive": 1,
            "includeInMenu": 0,
        },
        {
            "categoryId": "4",
            "name": "Hidden",
            "urlKey": "hidden",
            "urlPath": "books/hidden",
            "level": 3,
            "path": "2/4",
            "parentId": "2",
            "children": ["5"],
            "position": 35,
            "isActive": 0,
            "includeInMenu": 0,
        },
        {
            "categoryId": "5",
            "name": "Below",
            "urlKey": "below",
            "urlPath": "books/hidden/below",
            "level": 4,
            "path": "2/4/5",
            "parentId": "4",
            "position": 1,
            "isActive": 0,
            "includeInMenu": 0,
        },
    ]


def test_a_variant_names_the_option_it_is_chosen_by():
    assert items_of("oscar", "variants") == [
        {
            "id": "cf318d20ba78ef23392ecd1393c0a4b8",
            "optionValues": [
                {"attributeCode": "size", "uid": "Y29uZmlndXJhYmxlLzEvMQ==", "label": "S", "valueIndex": "1"}
            ],
            "parentId": "1",
            "productId": "2",
            "parentSku": "oscar-1",
            "productSku": "shirt-s",
        },
        {
            "id": "406d4843b90ea323544a6d524cbe311e",
            "optionValues": [
                {"attributeCode": "size", "uid": "Y29uZmlndXJhYmxlLzEvMg==", "label": "M", "valueIndex": "2"}
            ],
            "parentId": "1",
            "productId": "3",
            "parentSku": "oscar-1",
            "productSku": "shirt-m",
        },
    ]


def test_of_two_attributes_with_one_code_the_older_counts():
    assert [
        {
            field: item[field]
            for field in (
                "id",
                "attributeCode",
                "label",
                "frontendInput",
                "dataType",
                "required",
                "systemAttribute",
                "filterable",
                "numeric",
            )
            if field in item
        }
        for item in items_of("oscar", "product_attributes")
    ] == [
        {
            "id": "sku",
            "attributeCode": "sku",
            "label": "SKU",
            "frontendInput": "text",
            "dataType": "static",
            "required": True,
            "systemAttribute": True,
            "filterable": False,
            "numeric": False,
        },
        {
            "id": "name",
            "attributeCode": "name",
            "label": "Title",
            "frontendInput": "text",
            "dataType": "varchar",
            "required": True,
            "systemAttribute": True,
            "filterable": False,
            "numeric": False,
        },
        {
            "id": "description",
            "attributeCode": "description",
            "label": "Description",
            "frontendInput": "textarea",
            "dataType": "text",
            "required": False,
            "systemAttribute": True,
            "filterable": False,
            "numeric": False,
        },
        {
            "id": "price",
            "attributeCode": "price",
            "label": "Price",
            "frontendInput": "price",
            "dataType": "decimal",
            "required": False,
            "systemAttribute": True,
            "filterable": True,
            "numeric": True,
        },
        {
            "id": "url_key",
            "attributeCode": "url_key",
            "label": "Slug",
            "frontendInput": "text",
            "dataType": "varchar",
            "required": False,
            "systemAttribute": True,
            "filterable": False,
            "numeric": False,
        },
        {
            "id": "status",
            "attributeCode": "status",
            "label": "Is public",
            "frontendInput": "select",
            "dataType": "int",
            "required": False,
            "systemAttribute": True,
            "filterable": False,
            "numeric": False,
        },
        {
            "id": "visibility",
            "attributeCode": "visibility",
            "label": "Visibility",
            "frontendInput": "select",
            "dataType": "int",
            "required": False,
            "systemAttribute": True,
            "filterable": False,
            "numeric": False,
        },
        {
            "id": "meta_title",
            "attributeCode": "meta_title",
            "label": "Meta title",
            "frontendInput": "text",
            "dataType": "varchar",
            "required": False,
            "systemAttribute": True,
            "filterable": False,
            "numeric": False,
        },
        {
            "id": "meta_description",
            "attributeCode": "meta_description",
            "label": "Meta description",
            "frontendInput": "textarea",
            "dataType": "varchar",
            "required": False,
            "systemAttribute": True,
            "filterable": False,
            "numeric": False,
        },
        {
            "id": "2",
            "attributeCode": "fabric",
            "label": "Fabric",
            "frontendInput": "text",
            "dataType": "varchar",
            "required": False,
            "systemAttribute": False,
            "filterable": False,
            "numeric": False,
        },
        {
            "id": "4",
            "attributeCode": "signed",
            "label": "Signed",
            "frontendInput": "boolean",
            "dataType": "int",
            "required": False,
            "systemAttribute": False,
            "filterable": True,
            "numeric": False,
        },
        {
            "id": "1",
            "attributeCode": "size",
            "label": "Size",
            "frontendInput": "select",
            "dataType": "int",
            "required": True,
            "systemAttribute": False,
            "filterable": True,
            "numeric": False,
        },
        {
            "id": "3",
            "attributeCode": "tags",
            "label": "Tags",
            "frontendInput": "multiselect",
            "dataType": "varchar",
            "required": False,
            "systemAttribute": False,
            "filterable": True,
            "numeric": False,
        },
    ]


def test_only_approved_reviews_of_products_are_told():
    assert items_of("oscar", "reviews") == [
        {
            "reviewId": "1",
            "productId": 4,
            "visibility": ["default"],
            "title": "Good",
            "nickname": "Ada Byron",
            "text": "Read it.",
            "customerId": "1",
            "ratings": [{"ratingId": "MQ==", "value": "5"}],
        },
        {
            "reviewId": "2",
            "productId": 4,
            "visibility": ["default"],
            "title": "Bad",
            "nickname": "Carl",
            "text": "Long.",
            "ratings": [{"ratingId": "MQ==", "value": "2"}],
        },
    ]


def test_the_score_is_the_one_rating():
    assert items_of("oscar", "rating_metadata") == [
        {
            "ratingId": "MQ==",
            "storeViewCode": "default",
            "name": "Score",
            "values": [
                {"valueId": "MQ==", "value": "1", "position": 1},
                {"valueId": "Mg==", "value": "2", "position": 2},
                {"valueId": "Mw==", "value": "3", "position": 3},
                {"valueId": "NA==", "value": "4", "position": 4},
                {"valueId": "NQ==", "value": "5", "position": 5},
            ],
        }
    ]


def test_an_order_has_its_lines_money_and_parcels():
    assert [items_of("oscar", "orders")[place] for place in [0]] == [
        {
            "orderId": {"id": "a67c5985-b9c1-5ff5-a369-541b0b6d7db6"},
            "commerceOrderId": "1",
            "commerceOrderNumber": "100001",
            "externalId": {"id": "1", "salesChannel": "oscar"},
            "createdAt": "2026-03-04T05:06:07+00:00",
            "updatedAt": "2026-03-04T09:00:00+00:00",
            "state": 3,
            "status": "Being processed",
            "totalQtyOrdered": 2,
            "isVirtual": False,
            "subtotal": 22,
            "grandTotal": 29.98,
            "discountAmount": -2,
            "currency": "GBP",
            "amountAuthorized": 29.98,
            "amountPaid": 20,
            "amountRefunded": 1.5,
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "customerId": 1,
            "customerEmail": "ada@shop.example",
            "customerNote": "Ring twice",
            "payment": {
                "billingAddress": {
                    "postcode": "N1",
                    "street": "1 High St",
                    "multiLineStreet": ["1 High St"],
                    "city": "London",
                    "country": "GB",
                    "firstname": "Ada",
                    "lastname": "Byron",
                },
                "paymentMethodName": "Card",
                "paymentMethodCode": "card",
                "totalAmount": 29.98,
                "taxAmount": 4.98,
                "currency": "GBP",
            },
            "shipping": {
                "shippingAddress": {
                    "phone": "+44 1",
                    "region": "Kent",
                    "postcode": "N1",
                    "street": "1 High St\nFlat 2",
                    "multiLineStreet": ["1 High St", "Flat 2"],
                    "city": "London",
                    "country": "GB",
                    "firstname": "Ada",
                    "lastname": "Byron",
                },
                "shippingMethodName": "Post",
                "shippingMethodCode": "post",
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
                    "productType": "simple",
                    "itemsShippedTogether": False,
                    "sku": "shirt-s",
                    "productSku": "shirt-s",
                    "name": "T-shirt",
                    "qty": 2,
                    "unitPrice": 11,
                    "itemPrice": 22,
                    "discountAmount": 2,
                    "taxAmount": 3.98,
                    "totalAmount": 23.98,
                }
            ],
            "transactions": [
                {"entityId": "1", "txnId": "ref-1", "type": "Debit", "createdAt": "2026-03-04T05:07:00+00:00"}
            ],
            "shipments": [
                {
                    "shipmentId": {"id": "a502b2e8-1639-5980-8451-f227e3cba374"},
                    "createdAt": "2026-03-06T10:00:00+00:00",
                    "updatedAt": "2026-03-06T10:00:00+00:00",
                    "commerceShipmentNumber": "1",
                    "items": [{"orderItemId": {"id": "99e5493e-6169-596d-b770-4098c01cd539"}, "qtyShipped": 1}],
                }
            ],
        }
    ]


def test_an_order_of_a_guest_has_no_addresses():
    assert [items_of("oscar", "orders")[place] for place in [1]] == [
        {
            "orderId": {"id": "c87987a3-67b3-5127-a8a3-7534f2ad62be"},
            "commerceOrderId": "2",
            "commerceOrderNumber": "100002",
            "externalId": {"id": "2", "salesChannel": "oscar"},
            "createdAt": "2026-03-05T05:06:07+00:00",
            "updatedAt": "2026-03-05T05:06:07+00:00",
            "state": 0,
            "status": "Odd",
            "totalQtyOrdered": 1,
            "isVirtual": True,
            "subtotal": 8,
            "grandTotal": 8,
            "discountAmount": 0,
            "currency": "GBP",
            "storeViewCode": "default",
            "storeCode": "main",
            "websiteCode": "base",
            "customerEmail": "guest@shop.example",
            "payment": {"totalAmount": 8, "taxAmount": 0, "currency": "GBP"},
            "shipping": {"shippingAmount": 0, "shippingTax": 0},
            "items": [
                {
                    "itemId": {"id": "d63237bd-30dd-53ed-b585-a17d378e096e"},
                    "entityId": "2",
                    "isVirtual": False,
                    "qtyShipped": 0,
                    "qtyOrdered": 1,
                    "productType": "simple",
                    "itemsShippedTogether": False,
                    "sku": "song",
                    "productSku": "song",
                    "name": "A Song",
                    "qty": 1,
                    "unitPrice": 8,
                    "itemPrice": 8,
                    "discountAmount": 0,
                    "taxAmount": 0,
                    "totalAmount": 8,
                }
            ],
        }
    ]


def test_there_is_one_website():
    assert items_of("oscar", "scopes_website") == [
        {
            "websiteId": "1",
            "websiteCode": "base",
            "stores": [
                {"storeId": "1", "storeCode": "main", "storeViews": [{"storeViewId": "1", "storeViewCode": "default"}]}
            ],
        }
    ]


def test_everybody_is_in_group_0():
    assert items_of("oscar", "scopes_customer_group") == [
        {"customerGroupId": "0", "customerGroupCode": "b6589fc6ab0dc82cf12099d1c2d40ab994e8410c", "websites": ["base"]}
    ]
