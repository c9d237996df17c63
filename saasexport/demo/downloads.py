"""What customers download, and the samples of it."""

from saasexport.demo.rows import Rows, Value
from saasexport.demo.scopes import EVERY_STORE, STORE_FRENCH, WEBSITE_WHOLESALE

# (titles, price by website, number of downloads, sample url, sample file)
LINKS: tuple[tuple[dict[int, str], dict[int, float], int | None, str | None, str | None], ...] = (
    (
        {EVERY_STORE: "Bread", STORE_FRENCH: "Pain"},
        {0: 3, WEBSITE_WHOLESALE: 2.4},
        5,
        "https://shop.example/samples/bread.pdf",
        None,
    ),
    ({EVERY_STORE: "Cakes", STORE_FRENCH: "Gâteaux"}, {0: 3.5}, 0, None, "/c/a/cakes-sample.pdf"),
    ({EVERY_STORE: "Jams"}, {}, None, None, None),
    # Its title is known in French only.
    ({STORE_FRENCH: "Soupes"}, {0: 2}, 3, None, None),
)
SAMPLES: tuple[dict[int, str], ...] = (
    {EVERY_STORE: "The first loaf", STORE_FRENCH: "Le premier pain"},
    {EVERY_STORE: "A jar of jam"},
    {},
)


def write_downloads(rows: Rows, ids: dict[str, int]) -> None:
    """Write the links and samples of the recipe book."""
    product_id = ids["KL-DL-RECIPES"]
    for position, (titles, prices, downloads, sample_url, sample_file) in enumerate(LINKS, 1):
        link_id = rows.next_id("downloadable_link")
        sample: Value = "url" if sample_url else "file" if sample_file else None
        rows.add(
            "downloadable_link",
            link_id=link_id,
            product_id=product_id,
            sort_order=10 - position,
            number_of_downloads=downloads,
            is_shareable=2,
            link_type="file",
            link_file=f"/r/e/recipes-{position}.pdf",
            sample_url=sample_url,
            sample_file=sample_file,
            sample_type=sample,
        )
        rows.add_all(
            "downloadable_link_title",
            "link_id, store_id, title",
            ((link_id, store, title) for store, title in titles.items()),
        )
        rows.add_all(
            "downloadable_link_price",
            "link_id, website_id, price",
            ((link_id, website, price) for website, price in prices.items()),
        )
    for position, titles in enumerate(SAMPLES):
        sample_id = rows.next_id("downloadable_sample")
        rows.add(
            "downloadable_sample",
            sample_id=sample_id,
            product_id=product_id,
            sample_type="file",
            sample_file=f"/s/a/sample-{position}.pdf",
            sort_order=3 - position,
        )
        rows.add_all(
            "downloadable_sample_title",
            "sample_id, store_id, title",
            ((sample_id, store, title) for store, title in titles.items()),
        )
