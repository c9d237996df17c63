"""Customer groups, as items name them."""

from functools import lru_cache

from saasexport.values import sha1


@lru_cache(1024)
def group_code(group_id: int | str) -> str:
    """The code of a customer group: the hash of its id, and not what the shop calls it (feeds.md 3.4.3)."""
    return sha1(str(group_id).encode(errors="surrogateescape")).hex()
