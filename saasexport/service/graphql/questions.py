"""The root fields of the schema: each asks the catalogue, the search or the recommendations."""

import re
from collections.abc import Iterable
from typing import Any

from saasexport.service.catalog.categories import Category
from saasexport.service.catalog.options import refine, variants_page
from saasexport.service.connected import Answers
from saasexport.service.graphql.errors import QuestionError
from saasexport.service.graphql.metadata import asked_fields, highlights, metadata
from saasexport.service.graphql.unit_config import unit_of
from saasexport.service.graphql.values import Values, Views
from saasexport.service.recommend.units import Context
from saasexport.service.search.query import MOST_PER_PAGE, Bucket, Query, Result, SearchError, Sort, clause_of
from saasexport.service.search.words import fold
from saasexport.service.settings import Unit

MOST_SKUS = 100

_BUCKETS = {"scalar": "ScalarBucket", "range": "RangeBucket", "category": "CategoryView"}


class Questions:
    """The root of one request; graphql-core calls its methods by the names of the fields."""

    def __init__(self, answers: Answers, views: Views, is_group_said: bool) -> None:
        self._answers = answers
        self._is_group_said = is_group_said
        self._catalog = answers.catalog
        self._views = views

    def products(self, info: Any, skus: list[str | None] | None = None) -> list[Values]:
        """Products by SKU."""
        if len(skus or ()) > MOST_SKUS:
            raise QuestionError(f"skus: at most {MOST_SKUS} are answered at once")
        return [self._views.product(row) for row in self._answers.products(sku for sku in skus or () if sku)]

    def refineProduct(self, info: Any, sku: str, optionIds: list[str]) -> Values | None:
        """What is left of a product once options are chosen."""
        return self._views.refine(refine(self._catalog, self._sku(sku), optionIds))

    def variants(
        self,
        info: Any,
        sku: str,
        optionIds: list[str] | None = None,
        pageSize: int | None = None,
        cursor: str | None = None,
    ) -> Values:
        """The variants of a configurable product."""
        size = _or_default(pageSize, MOST_SKUS)
        if not 1 <= size <= MOST_SKUS:
            raise QuestionError(f"pageSize: expected a number from 1 to {MOST_SKUS}")
        try:
            page, following = variants_page(self._catalog, self._sku(sku), optionIds or (), size, cursor)
        except ValueError as error:
            raise QuestionError("cursor: not one that was answered here") from error
        rows = [{"selections": list(row.uids), "product": self._views.product(row.child)} for row in page]
        return {"variants": rows, "cursor": following}

    def _sku(self, sku: str) -> str:
        return self._answers.connected.folded_sku(self._catalog, sku)

    def categories(
        self, info: Any, ids: list[str] | None = None, roles: list[str] | None = None, subtree: Any = None
    ) -> list[Values]:
        """Categories by id, or a part of the tree."""
        if subtree is None:
            rows = self._catalog.categories(ids, roles)
        elif len(ids or ()) != 1:
            raise QuestionError("subtree needs exactly one id")
        else:
            rows = self._catalog.categories(ids, roles, subtree["startLevel"], max(subtree["depth"], 0))
        return [self._category(row) for row in rows]

    def _category(self, row: Category, count: int = 0) -> Values:
        children = [child.id for child in self._catalog.tree.children.get(row.id, ()) if self._catalog.shows(child)]
        return {
            "__typename": "CategoryView",
            "id": row.id,
            "name": row.name,
            "level": row.level,
            "parentId": row.parent_id,
            "position": row.position,
            "path": row.path if not count else row.url_path,
            "urlKey": row.url_key,
            "urlPath": row.url_path,
            "roles": list(row.roles),
            "children": children,
            "availableSortBy": row.item.get("availableSortBy"),
            "defaultSortBy": row.item.get("defaultSortBy"),
            "count": count,
            "title": row.url_path or row.name,
        }

    def navigation(self, info: Any, family: str) -> list[Values]:
        """The menu: active categories of four levels."""
        return [value for root in self._roots() for value in self._menu(root, 4)]

    def _roots(self) -> list[Category]:
        tree = self._catalog.tree
        return [row for row in tree.by_id.values() if row.parent_id not in tree.by_id]

    def _menu(self, category: Category, depth: int) -> list[Values]:
        rows = [row for row in self._catalog.tree.children.get(category.id, ()) if "show_in_menu" in row.roles]
        return [
            {
                "__typename": "CategoryNavigationView",
                "slug": row.url_path,
                "name": row.name,
                "children": self._menu(row, depth - 1) if depth > 1 else [],
            }
            for row in rows
            if self._catalog.shows(row)
        ]

    def categoryTree(
        self, info: Any, family: str | None = None, slugs: list[str] | None = None, depth: int | None = None
    ) -> list[Values]:
        """Categories by url path, with those below them."""
        tree = self._catalog.tree
        tops = [tree.by_path[slug] for slug in dict.fromkeys(slugs or ()) if slug in tree.by_path]
        if not slugs:
            tops = [child for root in self._roots() for child in tree.children.get(root.id, ())]
        rows = {row.id: row for top in tops for row in tree.below(top, top.level + max(depth or 1, 1) - 1)}
        return [self._tree_value(row) for row in rows.values() if self._catalog.shows(row)]

    def _tree_value(self, row: Category) -> Values:
        tree = self._catalog.tree
        item = row.item
        parent = tree.by_id.get(row.parent_id)
        keywords = [word.strip() for word in (item.get("metaKeywords") or "").split(",") if word.strip()]
        return {
            "__typename": "CategoryTreeView",
            "slug": row.url_path,
            "name": row.name,
            "description": item.get("description"),
            "level": row.level,
            "parentSlug": parent.url_path if parent else None,
            "childrenSlugs": [child.url_path for child in tree.children.get(row.id, ()) if self._catalog.shows(child)],
            "metaTags": {
                "title": item.get("metaTitle"),
                "description": item.get("metaDescription"),
                "keywords": keywords or None,
            },
            "images": [{"url": item["image"], "label": row.name, "roles": []}] if item.get("image") else [],
        }

    def searchCategory(
        self,
        info: Any,
        searchTerm: str,
        family: str | None = None,
        pageSize: int | None = None,
        currentPage: int | None = None,
    ) -> Values:
        """Categories whose names hold a text."""
        size, page = _or_default(pageSize, 20), _or_default(currentPage, 1)
        if len(searchTerm.strip()) < 3:
            raise QuestionError("searchTerm: expected at least 3 characters")
        if not 1 <= size <= MOST_PER_PAGE or page < 1:
            raise QuestionError("pageSize and currentPage: expected numbers from 1 on")
        wanted = fold(searchTerm)
        rows = [row for row in self._catalog.tree.by_id.values() if wanted in fold(row.name)]
        rows = sorted((row for row in rows if self._catalog.shows(row)), key=lambda row: (fold(row.name), row.url_path))
        first = (page - 1) * size
        return {
            "items": [self._tree_value(row) for row in rows[first : first + size]],
            "totalCount": len(rows),
            "pageInfo": {"currentPage": page, "pageSize": size, "totalPages": -(-len(rows) // size)},
        }

    def productSearch(
        self,
        info: Any,
        phrase: str,
        current_page: int | None = None,
        page_size: int | None = None,
        filter: list[Values] | None = None,
        sort: list[Values] | None = None,
        context: Values | None = None,
    ) -> Values:
        """A search."""
        try:
            clauses = tuple(clause_of(clause) for clause in filter or ())
            sorts = tuple(Sort(row["attribute"], row["direction"] == "DESC") for row in sort or ())
            page, size = _or_default(current_page, 1), _or_default(page_size, 20)
            query = Query(phrase, clauses, sorts, page, size, "facets" in asked_fields(info))
            answers = self._in_group(context)
            result = answers.search(query)
        except SearchError as error:
            extensions = {"code": error.code, "classification": "DataFetchingException", "errorMessage": str(error)}
            raise QuestionError(f"Exception while fetching data (/productSearch) : {error}", extensions) from error
        return self._result(result, answers)

    def _in_group(self, context: Values | None) -> Answers:
        """As the group that the context names sees it: older clients name it there alone."""
        group = str((context or {}).get("customerGroup") or "").lower()
        if self._is_group_said or not re.fullmatch("[0-9a-f]{40}", group):
            return self._answers
        scope = self._answers.scope._replace(group=group)
        return self._answers._replace(scope=scope, catalog=self._catalog.space.catalog(scope))

    def _result(self, result: Result, answers: Answers) -> Values:
        return {
            "items": lambda info: [self._item(row, result) for row in answers.products(result.skus)],
            "total_count": result.total,
            "page_info": {"current_page": result.page, "page_size": result.size, "total_pages": result.pages},
            "facets": [
                {
                    "attribute": facet.attribute,
                    "title": facet.title,
                    "type": facet.kind,
                    "buckets": [self._bucket(bucket) for bucket in facet.buckets],
                }
                for facet in result.facets
            ],
            "suggestions": result.suggestions,
            "related_terms": result.related,
            "warnings": [{"code": code, "message": message} for code, message in result.warnings],
        }

    def _item(self, product: Any, result: Result) -> Values:
        # Which rule moved a product is for those who set it up.
        rule = result.applied.get(product.sku) if self._answers.scope.is_preview else None
        return {
            "productView": lambda info: self._views.product(product),
            "product": lambda info: self._views.old_product(product),
            "highlights": lambda info: highlights(product.name or "", result.terms),
            "applied_query_rule": rule
            and {"rule_id": rule.id, "rule_name": rule.name, "action_type": rule.action.upper()},
        }

    def _bucket(self, bucket: Bucket) -> Values:
        if bucket.kind == "category":
            return {**self._category(bucket.category, bucket.products), "title": bucket.title}
        value: Values = {"__typename": _BUCKETS[bucket.kind], "title": bucket.title, "count": bucket.products}
        return {**value, "id": bucket.id, "from": bucket.start, "to": bucket.end}

    def attributeMetadata(self, info: Any) -> Values:
        """What can be sorted and filtered by."""
        return metadata(self._catalog.attributes.values())

    def recommendations(
        self,
        info: Any,
        pageType: str | None = None,
        category: str | None = None,
        config: Values | None = None,
        **context: Any,
    ) -> Values:
        """All units of a type of page."""
        if config and self._answers.scope.is_preview:
            units: Iterable[Unit] = [unit_of(config, pageType)]
        else:
            everything = self._answers.connected.settings.units
            units = [unit for unit in everything if pageType in (None, unit.page_type)]
        return self._recommend(units, category, context)

    def recommendationsByUnitIds(self, info: Any, unitIds: list[str], **context: Any) -> Values:
        """These units, in this order."""
        by_id = {unit.id: unit for unit in self._answers.connected.settings.units}
        return self._recommend([by_id[name] for name in dict.fromkeys(unitIds) if name in by_id], None, context)

    def _recommend(self, units: Iterable[Unit], category: str | None, given: Values) -> Values:
        views = sorted(given.get("userViewHistory") or (), key=lambda row: row.get("date") or "", reverse=True)
        viewed = dict.fromkeys(row["sku"] for row in views if row.get("sku"))
        bought = tuple(sku for row in given.get("userPurchaseHistory") or () for sku in row.get("items") or () if sku)
        current = given.get("currentSku") or (given.get("currentProduct") or {}).get("sku")
        cart = tuple(sku for sku in given.get("cartSkus") or () if sku)
        context = Context(current, category, cart, bought, tuple(viewed))
        rows = self._answers.recommend(units, context)
        results = [
            {
                "unitId": row.unit.id,
                "unitName": row.unit.name,
                "typeId": row.unit.type,
                "pageType": row.unit.page_type,
                "storefrontLabel": row.unit.label,
                "displayOrder": row.unit.order,
                "totalProducts": len(row.products),
                "productsView": [
                    self._views.product(product, kind, place) for place, (product, kind) in enumerate(row.products, 1)
                ],
                "userError": row.user_error,
            }
            for row in rows
        ]
        return {"results": results, "totalResults": len(results)}


def _or_default(number: int | None, default: int) -> int:
    """A number that clients may give as null."""
    return default if number is None else number
