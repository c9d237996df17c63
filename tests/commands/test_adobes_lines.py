"""The lines that Adobe's pages print, with bin/saasexport in the place of bin/magento, run by a shell.

The table of commerce.md 7 has a test of its own, tests/test_commerce_table.py.
"""

import pytest

from tests.support import Exporter

LINES = """
bin/magento saas:resync --feed productattributes
bin/magento saas:resync --feed products
bin/magento saas:resync --feed scopesCustomerGroup
bin/magento saas:resync --feed scopesWebsite
bin/magento saas:resync --feed prices
bin/magento saas:resync --feed productoverrides
bin/magento saas:resync --feed variants
bin/magento saas:resync --feed categories
bin/magento saas:resync --feed categoryPermissions
bin/magento saas:resync --feed orders
bin/magento saas:resync --feed=inventoryStockStatus
bin/magento saas:resync --help
bin/magento saas:resync --feed products --by-ids='KL-ESP-HOUSE,KL-TEA-BREAK,KL-FIL-DAWN'
bin/magento saas:resync --feed= products --by-ids='1,2,3' --id-type='productId'
bin/magento saas:resync --feed products --by-ids='1,2,3' --id-type=ProductID
bin/magento saas:resync --feed productAttributes --continue-resync
EXPORTER_EXTENDED_LOG=1 bin/magento saas:resync --feed products --dry-run
EXPORTER_EXTENDED_LOG=1 bin/magento saas:resync --feed products --dry-run --by-ids='KL-ESP-HOUSE,KL-TEA-BREAK'
bin/magento saas:resync --feed products --dry-run --cleanup-feed
bin/magento saas:resync --feed='orders' --no-reindex
bin/magento saas:resync --feed=products --thread-count=2 --batch-size=200
bin/magento saas:resync --feed=products --threadCount=2 --batchSize=200
bin/magento indexer:info
bin/magento indexer:status
bin/magento indexer:status catalog_data_exporter_products
bin/magento indexer:show-mode
bin/magento indexer:show-mode | grep -i feed
bin/magento indexer:set-mode schedule catalog_data_exporter_product_prices scopes_website_data_exporter
bin/magento indexer:reindex catalog_data_exporter_product_prices
bin/magento index:reindex sales_order_data_exporter_v2
bin/magento indexer:reset catalog_data_exporter_product_attributes
bin/magento indexer:set-status suspended catalog_data_exporter_products
bin/magento indexer:set-status invalid catalog_data_exporter_products
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory, flawless_shop_file, service):
    """An installation for all lines, one after the other."""
    return Exporter.on_copy(tmp_path_factory.mktemp("adobe"), flawless_shop_file, service)


@pytest.mark.sample(1)
@pytest.mark.parametrize("line", LINES.strip().splitlines())
def test_the_line_works(line, installed):
    done = installed.magento(line)
    assert (done.returncode, done.stdout != "", done.stderr) == (0, True, "")
