"""The copy of a shop that lives in a server: how old it is, and what is wrong with where it comes from."""

from importlib.util import find_spec

from saasexport.clock import duration
from saasexport.doctor.finding import Examined, Findings, fail, ok, warn
from saasexport.setup import copied_shop

# What keeps the connection to each kind of server: module, and how it is installed.
DRIVERS = {
    "mysql": ("pymysql", "pip install saasexport[mysql], or apt install python3-pymysql"),
    "postgresql": ("psycopg", "pip install saasexport[postgresql], or apt install python3-psycopg"),
}

# A run that is due and does not come for so long stands still.
LATE_SECONDS = 900


def copy_of_the_shop(examined: Examined) -> Findings:
    """The copy is complete and young, its last run went well, and its user may do no more than read."""
    if not copied_shop.is_configured(examined.config):
        return
    module, install = DRIVERS[examined.config["mirror.source"].partition("://")[0]]
    if find_spec(module) is None:
        yield fail("mirror", f"{module} is not installed", install)
    assert examined.ours is not None  # noqa: S101  # a check of our database
    state = copied_shop.state(examined.ours)
    if state.failed_since:
        yield fail("mirror", f"no run has gone well since {state.failed_since} UTC: {state.error}", "mend that first")
    elif copied_shop.is_awaited(examined.config) or state.copied_at is None:
        yield warn("mirror", "the first copy is not complete", "mirror_shop goes on with it: saasexport cron:install")
    elif examined.age(state.due_at) > LATE_SECONDS:
        old = duration(examined.age(state.copied_at))
        yield fail("mirror", f"it stands still: the copy is {old} old", "see that cron runs mirror_shop")
    else:
        yield ok("mirror", copied_shop.sentence(state, examined.age(state.copied_at)))
    for what, remedy in state.of_server():
        yield warn("mirror", what, remedy)
    for value in state.values():
        yield warn("mirror", value, "its items have the nearest number that SQLite keeps")
