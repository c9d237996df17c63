"""Directives of page templates in descriptions (feeds.md 3.1.2 and 5)."""

import pytest

from saasexport.shop.directives import fill


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ('<img src="{{media url="a/b.jpg"}}">', '<img src="http://media/a/b.jpg">'),
        ("{{media url='a.jpg'}}", "http://media/a.jpg"),
        ("{{media url=&quot;a.jpg&quot;}}", "http://media/a.jpg"),
        ("{{media url=a.jpg}} and {{MEDIA url=b.jpg}}", "http://media/a.jpg and http://media/b.jpg"),
        ("{{store url=''}}", "http://shop/"),
        ('{{store url="about-us"}}', "http://shop/about-us/"),
        ('{{store url="/customer/account/"}}', "http://shop/customer/account/"),
        # every other one is left as it stands
        ('{{widget type="Magento\\Cms" url="x"}}', '{{widget type="Magento\\Cms" url="x"}}'),
        ('{{store direct_url="x"}}', '{{store direct_url="x"}}'),
        ('{{store url="x" _query_a="1"}}', '{{store url="x" _query_a="1"}}'),
        ("{{media}} {{ }} {{", "{{media}} {{ }} {{"),
    ],
)
def test_media_and_store_addresses_are_filled_and_nothing_else(text, filled):
    assert filled == fill(text, "http://shop/", "http://media/")
