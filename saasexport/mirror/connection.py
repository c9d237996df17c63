"""A connection to the shop's server: which module speaks to which."""

from saasexport.mirror.mysql import MySQL
from saasexport.mirror.postgresql import PostgreSQL
from saasexport.mirror.server import Access, Server


def connect(access: Access) -> Server:
    """Connect to a shop's server; ShopError if it does not answer or let us in."""
    return MySQL(access) if access.source.kind == "mysql" else PostgreSQL(access)
