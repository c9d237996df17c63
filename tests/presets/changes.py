"""Every change of a small shop, one by one, and what it does to the items of a file."""

from tests.presets.assembling import assemble


def change_by_change(file, shop):
    """Delete each row of each table that is read, and change each of its columns that is read, and take it back.

    Gives what was done, which entities' items differ then, and which entities each line of the head names.
    """
    before = assemble(file, shop, file.entities(shop))
    for table, columns in file.reads(shop).items():
        for was, number in rows_of(shop, table):
            for change, new in changes(shop, table, columns, was):
                shop.execute("savepoint change")
                shop.execute(change, {"rowid": number, "new": new and new[1]})
                after = assemble(file, shop, file.entities(shop))
                differ = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
                for key in differ:
                    assert assemble(file, shop, [key]).get(key) == after.get(key), (table, number, new, key)
                now = [row for row, place in rows_of(shop, table) if place == number]
                yield (table, number, new), differ, file.concerned(shop, table, [was, *now])
                shop.execute("rollback to change")
                shop.execute("release change")


def rows_of(shop, table):
    """The rows of a table as dicts, with their numbers."""
    cursor = shop.execute(f'select rowid as number_of_row, * from "{table}"')
    names = [column[0] for column in cursor.description][1:]
    return [(dict(zip(names, row[1:], strict=True)), row[0]) for row in cursor]


def changes(shop, table, columns, was):
    """A deletion of a row, and changes of its columns to what other rows have there and to what none has."""
    yield f'delete from "{table}" where rowid = :rowid', None
    unique = {row[1] for row in shop.execute(f'pragma table_info("{table}")') if row[5]}
    for column in sorted(columns - unique):
        others = {row[column] for row, _ in rows_of(shop, table)} - {was[column]}
        fresh = f"{was[column]}x" if isinstance(was[column], str) else (was[column] or 6) + 1
        for value in [*sorted(others - {None}, key=str)[:2], fresh]:
            yield f'update or ignore "{table}" set "{column}" = :new where rowid = :rowid', (column, value)
