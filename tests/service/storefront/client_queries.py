"""What existing storefronts send: their queries and variables, in their own form."""

import uuid

PRICES = """
fragment Prices on ProductViewPrice {
  roles regular { amount { value currency } } final { amount { value currency } }
}
"""

# A page of products: what can be sorted and filtered by, and the search, in one operation.
LISTING = """
query productSearch(
  $phrase: String!, $pageSize: Int, $currentPage: Int = 1,
  $filter: [SearchClauseInput!], $sort: [ProductSearchSortInput!], $context: QueryContextInput
) {
  attributeMetadata {
    sortable { label attribute numeric } filterableInSearch { label attribute numeric }
  }
  productSearch(
    phrase: $phrase, page_size: $pageSize, current_page: $currentPage,
    filter: $filter, sort: $sort, context: $context
  ) {
    total_count
    items { ...Item }
    facets { ...Facet }
    page_info { current_page page_size total_pages }
  }
}
fragment Item on ProductSearchItem {
  productView {
    __typename sku name inStock url urlKey
    attributes(roles: []) { name label value roles }
    images { label url roles }
    ... on ComplexProductView {
      priceRange { maximum { ...Prices } minimum { ...Prices } }
      options { id title values { title ... on ProductViewOptionValueSwatch { id inStock type value } } }
    }
    ... on SimpleProductView { price { ...Prices } }
  }
  highlights { attribute value matched_words }
}
fragment Facet on Aggregation {
  title attribute
  buckets {
    title __typename
    ... on CategoryView { name count path }
    ... on ScalarBucket { count }
    ... on RangeBucket { from to count }
    ... on StatsBucket { min max }
  }
}
"""

# A product's page; fragments ask for some fields twice.
PRODUCT = """
query getProductData($skus: [String]) {
  products(skus: $skus) { ...Product }   # what a page shows
}
fragment Option on ProductViewOption {
  id title required multi
  values {
    id title inStock __typename
    ... on ProductViewOptionValueProduct {
      title quantity canEditQuantity isDefault
      product {
        sku shortDescription metaDescription metaKeyword metaTitle name
        price { final { amount { value currency } } regular { amount { value currency } } roles }
      }
    }
    ... on ProductViewOptionValueSwatch { id title type value inStock }
  }
}
fragment Product on ProductView {
  __typename id sku name shortDescription metaDescription metaKeyword metaTitle description
  inStock addToCartAllowed url urlKey externalId
  images(roles: []) { url label roles }
  videos { description url title preview { label roles url } }
  attributes(roles: []) { name label value roles }
  ... on SimpleProductView {
    price {
      ...Prices
      tiers {
        tier { amount { value currency } }
        quantity { __typename ... on ProductViewTierRangeCondition { gte lt } }
      }
    }
  }
  ... on ComplexProductView {
    options { ...Option }
    priceRange { maximum { ...Prices } minimum { ...Prices } }
  }
}
"""

REFINED = """
query refineProductQuery($optionIds: [String!]!, $sku: String!) {
  refineProduct(optionIds: $optionIds, sku: $sku) { ...Product }
  products(skus: [$sku]) { ...Product }
}
""" + PRODUCT[PRODUCT.index("fragment Option") :]

UNITS = """
query getRecommendationsByUnitIds(
  $unitIds: [String!]!, $currentSku: String!, $cartSkus: [String],
  $userPurchaseHistory: [PurchaseHistory], $userViewHistory: [ViewHistory]
) {
  recommendationsByUnitIds(
    unitIds: $unitIds, currentSku: $currentSku, cartSkus: $cartSkus,
    userPurchaseHistory: $userPurchaseHistory, userViewHistory: $userViewHistory
  ) {
    results {
      displayOrder storefrontLabel totalProducts typeId unitId unitName userError
      productsView {
        __typename name sku queryType visibility inStock images { url } urlKey
        ... on SimpleProductView { price { final { amount { currency value } } } }
        ... on ComplexProductView {
          priceRange {
            maximum { final { amount { currency value } } }
            minimum { final { amount { currency value } } }
          }
        }
      }
    }
    totalResults
  }
}
"""

OLD_UNITS = """
{ recommendations(pageType: Product, currentSku: "KL-ESP-HOUSE") {
  results { unitId unitName totalProducts pageType typeId storefrontLabel displayOrder
    productsView { sku name url images { url } visibility queryType externalId }
  } totalResults } }
"""

SITEMAP = """
{ productSearch(current_page: 1, page_size: 50, phrase: "") {
  items { productView {
    __typename sku name urlKey lastModifiedAt images(roles: ["image"]) { url }
    ... on SimpleProductView { price { roles } }
  } }
  page_info { total_pages current_page } } }
"""

MANY_VARIANTS = """
query {
  a: variants(sku: "KL-CUP") { ...Variants }
  b: variants(sku: "KL-BLEND") { ...Variants }
  c: variants(sku: "KL-ESP-HOUSE") { ...Variants }
}
fragment Variants on ProductViewVariantResults { variants { selections product { sku name images { url } } } }
"""

# The listing widget, the quick search and PWA Studio ask for the product as Commerce itself has it.
OLD_PRODUCT = """
fragment Old on ProductInterface {
  __typename id uid sku name add_to_cart_allowed canonical_url
  description { html } short_description { html }
  image { url label } small_image { url label } thumbnail { url label }
  price_range {
    minimum_price {
      fixed_product_taxes { amount { value currency } label }
      regular_price { value currency } final_price { value currency } discount { percent_off amount_off }
    }
    maximum_price {
      regular_price { value currency } final_price { value currency } discount { percent_off amount_off }
    }
  }
}
"""

WIDGET = """
query productSearch($phrase: String!, $pageSize: Int, $currentPage: Int = 1,
  $filter: [SearchClauseInput!], $sort: [ProductSearchSortInput!], $context: QueryContextInput) {
  productSearch(phrase: $phrase, page_size: $pageSize, current_page: $currentPage,
    filter: $filter, sort: $sort, context: $context) {
    total_count
    items { product { ...Old } productView { sku name } highlights { attribute value matched_words } }
    facets { title attribute buckets { title __typename ... on CategoryView { name count path }
      ... on ScalarBucket { count } ... on RangeBucket { from to count } ... on StatsBucket { min max } } }
    page_info { current_page page_size total_pages }
  }
  attributeMetadata { sortable { label attribute numeric } filterableInSearch { label attribute numeric } }
}
""" + OLD_PRODUCT

QUICK = """
query quickSearch($phrase: String!, $pageSize: Int = 20, $currentPage: Int = 1,
  $filter: [SearchClauseInput!], $sort: [ProductSearchSortInput!], $context: QueryContextInput) {
  productSearch(phrase: $phrase, page_size: $pageSize, current_page: $currentPage,
    filter: $filter, sort: $sort, context: $context) {
    suggestions items { product { ...Old } } page_info { current_page page_size total_pages }
  }
}
""" + OLD_PRODUCT

MENU = """
query { categories(ids: ["2"], roles: ["show_in_menu", "active"], subtree: { depth: 3, startLevel: 2 }) {
  id level name path urlPath urlKey roles children parentId position } }
"""

SEARCHABLE = [{"attribute": "visibility", "in": ["Search", "Catalog, Search"]}]

GUEST = "b6589fc6ab0dc82cf12099d1c2d40ab994e8410c"

# What is asked, with what, and something of the answer.
SENT = {
    "search page": (LISTING + PRICES, {"phrase": "kettle", "pageSize": 8, "filter": SEARCHABLE}, "productSearch"),
    "category page": (
        LISTING + PRICES,
        {
            "phrase": "",
            "pageSize": 24,
            "filter": [{"attribute": "categoryPath", "eq": "brewing"}, *SEARCHABLE],
            "sort": [{"attribute": "position", "direction": "DESC"}],
        },
        "productSearch",
    ),
    "chosen facets": (
        PRICES + LISTING,
        {
            "phrase": "",
            "pageSize": 24,
            "filter": [
                *SEARCHABLE,
                {"attribute": "brand", "in": ["Copper Row", "Old Quay Roasters"]},
                {"attribute": "price", "range": {"from": 10, "to": 50}},
                {"attribute": "categories", "in": ["brewing"]},
            ],
            "sort": [{"attribute": "price", "direction": "ASC"}],
        },
        "productSearch",
    ),
    "nulls": (
        LISTING + PRICES,
        {"phrase": "tea", "pageSize": None, "filter": None, "sort": None, "context": None},
        "productSearch",
    ),
    "one clause and one sort": (
        LISTING + PRICES,
        {"phrase": "tea", "filter": SEARCHABLE[0], "sort": {"attribute": "name", "direction": "ASC"}},
        "productSearch",
    ),
    "product page": (PRODUCT + PRICES, {"skus": ["KL-CUP", "KL-ESP-HOUSE", "KL-SET-MORNING"]}, "products"),
    "product options": (
        REFINED + PRICES,
        {"sku": "KL-CUP", "optionIds": "Y29uZmlndXJhYmxlLzEyMS8zOQ=="},
        "refineProduct",
    ),
    "units by id": (
        UNITS,
        {
            "unitIds": [str(uuid.uuid5(uuid.NAMESPACE_URL, "saasexport:unit:bought-bought:Product"))],
            "currentSku": "KL-ESP-HOUSE",
            "cartSkus": [],
            "userPurchaseHistory": [{"items": ["KL-CUP"], "date": "2026-01-01T00:00:00Z"}],
            "userViewHistory": [{"sku": "KL-TEA-BREAK", "date": "2026-01-01T00:00:00Z"}],
        },
        "recommendationsByUnitIds",
    ),
    "units of a page": (OLD_UNITS, None, "recommendations"),
    "sitemap": (SITEMAP, None, "productSearch"),
    "variants of many": (MANY_VARIANTS, None, "b"),
    "listing widget": (
        WIDGET,
        {"phrase": "", "pageSize": 24, "filter": SEARCHABLE, "sort": [], "context": {"customerGroup": GUEST}},
        "productSearch",
    ),
    "quick search": (QUICK, {"phrase": "ket", "pageSize": 8, "context": {"customerGroup": GUEST}}, "productSearch"),
    "menu": (MENU, None, "categories"),
}
