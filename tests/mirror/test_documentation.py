"""docs/mirror.md takes the owner of a WooCommerce shop to the first product that arrives."""

import re
from pathlib import Path

import pytest

from tests.mirror.test_mirror_shop import Mirrored
from tests.support import Service

PAGE = (Path(__file__).parents[2] / "docs" / "mirror.md").read_text()

# As WordPress and WooCommerce make them.
WOOCOMMERCE = """
create table wp_posts (
    ID bigint unsigned not null auto_increment primary key, post_author bigint unsigned not null default 0,
    post_date datetime not null default '0000-00-00 00:00:00',
    post_date_gmt datetime not null default '0000-00-00 00:00:00', post_content longtext not null,
    post_title text not null, post_excerpt text not null, post_status varchar(20) not null default 'publish',
    post_password varchar(255) not null default '', post_name varchar(200) not null default '',
    post_modified_gmt datetime not null default '0000-00-00 00:00:00', post_parent bigint unsigned not null default 0,
    menu_order int not null default 0, post_type varchar(20) not null default 'post',
    key post_name (post_name(191)), key type_status_date (post_type, post_status, post_date, ID)
) collate utf8mb4_unicode_520_ci;
create table wp_users (ID bigint unsigned not null auto_increment primary key, user_pass varchar(255));
create table wp_wc_product_meta_lookup (
    product_id bigint not null primary key, sku varchar(100) default '', `virtual` tinyint(1) default 0,
    min_price decimal(19,4), max_price decimal(19,4), stock_quantity double, stock_status varchar(100)
) collate utf8mb4_unicode_520_ci;
insert into wp_posts (ID, post_title, post_content, post_excerpt, post_name, post_type, post_status, post_date_gmt,
                      post_modified_gmt)
values (1, 'Hello', 'x', '', 'hello', 'post', 'publish', '2026-01-01', '2026-01-01'),
       (10, 'Apples', '<b>Fresh</b>', 'Fresh', 'apples', 'product', 'publish', '2026-01-02', '2026-01-02 03:04:05'),
       (11, 'Bread', 'Rye', '', 'bread', 'product', 'publish', '2026-01-02', '2026-01-02 03:04:05'),
       (12, 'Cider', 'x', '', 'cider', 'product', 'draft', '0000-00-00', '2026-01-02 03:04:05');
insert into wp_users values (1, 'hash');
insert into wp_wc_product_meta_lookup (product_id, sku, min_price, stock_status)
values (10, 'A-1', 2.5, 'instock'), (11, '', null, 'outofstock'), (12, 'C-1', 4, 'instock');
"""


@pytest.fixture
def woocommerce(mariadb, tmp_path):
    """A small shop of WooCommerce's."""
    service = Service(tmp_path / "service")
    shop = Mirrored(mariadb, tmp_path, service)
    shop.do(WOOCOMMERCE)
    yield shop
    service.stop()


@pytest.mark.thorough
def test_the_owner_of_a_woocommerce_shop_comes_to_the_first_product(woocommerce):
    refused = woocommerce.init("--prefix", "wp_")
    address = woocommerce.server.address(woocommerce.database)
    assert refused.stderr.startswith(f"saasexport: {address}: has no table that a feed reads, looked for ")
    assert refused.stderr.endswith("; write its feeds first: docs/mirror.md\n")

    for name, content in re.findall(r"`(feeds\.d/\w+\.sql)`:\n\n```sql\n(.*?)```", PAGE, re.DOTALL):
        path = woocommerce.folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(content)
    assert "--prefix wp_" in PAGE
    assert woocommerce.init("--prefix", "wp_").stderr == ""
    checked = woocommerce.run("saasexport", "feeds", "check")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    woocommerce.tick()

    products = {item["sku"]: (item["name"], item["inStock"], item["buyable"]) for item in woocommerce.items("products")}
    assert products == {"A-1": ("Apples", True, True), "bread": ("Bread", False, False)}
    assert [(item["sku"], item["regular"]) for item in woocommerce.items("prices")] == [("A-1", 2.5)]
    tables = woocommerce.ask_shop("select name from sqlite_master where type = 'table' and name like '%users'")
    assert tables == []

    woocommerce.do("update wp_posts set post_status = 'publish', post_date_gmt = '2026-01-03' where ID = 12")
    woocommerce.do("update wp_wc_product_meta_lookup set min_price = 2.75 where product_id = 10")
    assert woocommerce.mirror().returncode == 0
    woocommerce.tick()
    assert {item["sku"] for item in woocommerce.items("products")} == {"A-1", "bread", "C-1"}
    assert [(item["sku"], item["regular"]) for item in woocommerce.items("prices")] == [("A-1", 2.75), ("C-1", 4)]


@pytest.mark.thorough
@pytest.mark.parametrize("prefix", ["m2_", "mage_", "shop1_"])
def test_the_prefix_that_magentos_tables_have_is_named(woocommerce, prefix):
    woocommerce.do(f"create table {prefix}store_website (website_id int primary key, code varchar(32))")
    done = woocommerce.init()
    assert done.stderr.endswith(f"there is {prefix}store_website: say --prefix {prefix}\n")
