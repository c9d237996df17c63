"""A connection to the shop's server: which module speaks to which."""

from saasexport.errors import ConfigError
from saasexport.mirror.mysql import MySQL
from saasexport.mirror.postgresql import PostgreSQL
from saasexport.mirror.server import Access, Server


def connect(access: Access) -> Server:
    """Connect to a shop's server; ShopError if it does not answer or let us in."""
    if access.ca_file:
        try:
            open(access.ca_file, "rb").close()
        except OSError as error:
            problem = f"[mirror] ca_file: {access.ca_file}: {error.strerror}"
            raise ConfigError(problem, "name the file with the authority's certificate") from error
    return MySQL(access) if access.source.kind == "mysql" else PostgreSQL(access)
