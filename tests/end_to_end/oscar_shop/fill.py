"""A few products, their stock and an order, by django-oscar's own models."""

from decimal import Decimal

import django

django.setup()

from django.contrib.sites.models import Site
from oscar.core.loading import get_model

Site.objects.update_or_create(id=1, defaults={"domain": "shop.example", "name": "Shop"})
Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")
books = get_model("catalogue", "ProductClass").objects.create(name="Book")
pages = get_model("catalogue", "ProductAttribute").objects.create(
    product_class=books, name="Pages", code="pages", type="integer"
)
root = Category.add_root(name="Reading")
novels = root.add_child(name="Novels")
partner = get_model("partner", "Partner").objects.create(name="House")
for number in range(1, 6):
    book = Product.objects.create(product_class=books, title=f"Book {number}", upc=f"B-{number}")
    book.categories.add(novels)
    get_model("catalogue", "ProductAttributeValue").objects.create(product=book, attribute=pages, value_integer=number)
    get_model("partner", "StockRecord").objects.create(
        product=book, partner=partner, partner_sku=f"S-{number}", price=Decimal(number), num_in_stock=number
    )
