"""Pictures and videos of products (feeds.md 3.1.7 and 5)."""

import pytest

from saasexport.feeds.products import FEED, media
from tests.feeds.storefront import Storefront

BASE = "http://shop/media/catalog/product"


class Gallery(Storefront):
    """A storefront whose products get files in one word."""

    def file(self, value_id, path, product_id=1, media_type="image", label=None, position=None, disabled=0):
        self.add(
            "catalog_product_entity_media_gallery",
            value_id=value_id,
            attribute_id=90,
            value=path,
            media_type=media_type,
        )
        self.add(
            "catalog_product_entity_media_gallery_value_to_entity", value_id=value_id, entity_id=product_id
        )
        self.tell(value_id, 0, product_id, label=label, position=position, disabled=disabled)

    def tell(self, value_id, store_id, product_id=1, **said):
        self.add(
            "catalog_product_entity_media_gallery_value",
            value_id=value_id,
            store_id=store_id,
            entity_id=product_id,
            **said,
        )


@pytest.fixture
def shop(tmp_path):
    found = Gallery(tmp_path / "shop.sqlite")
    found.bare(1, "mug")
    return found


def said(shop, product_id=1, view="default"):
    found, fields = shop.area(media, product_id)
    assert fields.faults == {}
    return found[product_id][view]


@pytest.mark.parametrize("stored", ["m/1.jpg", "/m/1.jpg"])
@pytest.mark.parametrize("named", ["m/1.jpg", "/m/1.jpg"])
def test_a_file_and_who_names_it_may_lack_the_slash(shop, stored, named):
    shop.file(5, stored)
    shop.say(1, image=named)
    assert said(shop)["media_gallery"] == [
        {"url": f"{BASE}/m/1.jpg", "label": "", "types": ["image"], "sort_order": 0}
    ]


def test_a_picture_in_all_three_shapes(shop):
    shop.file(5, "/m/1.jpg", label="Front", position=2)
    shop.say(1, image="/m/1.jpg", thumbnail="/m/1.jpg", small_image="/m/other.jpg")

    assert {
        "media_gallery": [
            {"url": f"{BASE}/m/1.jpg", "label": "Front", "types": ["image", "thumbnail"], "sort_order": 2}
        ],
        "images": [
            {
                "resource": {"url": f"{BASE}/m/1.jpg", "label": "Front", "roles": ["image", "thumbnail"]},
                "sortOrder": "2",
            }
        ],
        "videos": None,
    } == said(shop)


def test_a_video_with_what_is_known_of_it(shop):
    shop.file(5, "/m/v.jpg", media_type="external-video", label="Film", position=1)
    shop.add(
        "catalog_product_entity_media_gallery_value_video",
        value_id=5,
        store_id=0,
        provider="vimeo",
        url="https://vimeo.com/1",
        title="Film",
        description="",
    )
    video = {
        "mediaType": "external-video",
        "videoProvider": "vimeo",
        "videoUrl": "https://vimeo.com/1",
        "videoTitle": "Film",
        "videoDescription": None,
        "videoMetadata": None,
    }

    assert {
        "media_gallery": [
            {
                "url": f"{BASE}/m/v.jpg",
                "label": "Film",
                "types": None,
                "sort_order": 1,
                "video_attributes": video,
            }
        ],
        "images": None,
        "videos": [
            {
                "preview": {"url": f"{BASE}/m/v.jpg", "label": "Film", "roles": None},
                "video": video,
                "sortOrder": "1",
            }
        ],
    } == said(shop)


def test_a_video_of_which_nothing_is_known_has_no_video(shop):
    shop.file(5, "/v.jpg", media_type="external-video")
    shop.file(6, "/w.jpg", media_type="external-video")
    shop.add("catalog_product_entity_media_gallery_value_video", value_id=5, store_id=0, url="")
    resource = {"label": "", "roles": None}

    assert [
        {"preview": {"url": f"{BASE}/v.jpg", **resource}, "sortOrder": "0"},
        {"preview": {"url": f"{BASE}/w.jpg", **resource}, "sortOrder": "0"},
    ] == said(shop)["videos"]


def test_files_come_by_position_then_by_name(shop):
    shop.file(5, "/c.jpg", position=1)
    shop.file(6, "/b.jpg", position=10)
    shop.file(7, "/a.jpg", position=10)
    shop.file(8, "/d.jpg", position=None)

    assert [
        (one["url"].removeprefix(BASE), one["sort_order"]) for one in said(shop)["media_gallery"]
    ] == [("/d.jpg", 0), ("/c.jpg", 1), ("/a.jpg", 10), ("/b.jpg", 10)]


def test_a_hidden_file_says_so_in_its_roles_only(shop):
    shop.file(5, "/a.jpg", disabled=1)
    shop.file(6, "/b.jpg", disabled=1)
    shop.say(1, image="/a.jpg")

    found = said(shop)
    assert [one["types"] for one in found["media_gallery"]] == [["image"], None]
    assert [
        one["resource"]["roles"] for one in found["images"]
    ] == [["image", "hide_from_pdp"], ["hide_from_pdp"]]


def test_a_store_views_words_count_column_by_column(shop):
    shop.file(5, "/a.jpg", label="Front", position=1)
    shop.file(6, "/b.jpg", label="Back", position=2)
    shop.tell(5, 3, label="Face", position=9)
    shop.tell(6, 3, disabled=1)

    assert [
        (one["label"], one["sort_order"]) for one in said(shop)["media_gallery"]
    ] == [("Front", 1), ("Back", 2)]
    french = said(shop, view="french")
    assert [(one["label"], one["sort_order"]) for one in french["media_gallery"]] == [("Back", 2), ("Face", 9)]
    assert french["images"][0]["resource"]["roles"] == ["hide_from_pdp"]


def test_a_store_view_may_choose_another_picture(shop):
    shop.file(5, "/a.jpg", position=1)
    shop.file(6, "/b.jpg", position=2)
    shop.say(1, image="/a.jpg")
    shop.say(1, store_id=3, image="/b.jpg")

    assert [one["types"] for one in said(shop)["media_gallery"]] == [["image"], None]
    assert [one["types"] for one in said(shop, view="french")["media_gallery"]] == [None, ["image"]]


def test_a_videos_words_in_a_store_view(shop):
    shop.file(5, "/v.jpg", media_type="external-video")
    table = "catalog_product_entity_media_gallery_value_video"
    shop.add(table, value_id=5, store_id=0, url="https://vimeo.com/1", title="Film")
    shop.add(table, value_id=5, store_id=3, title="Le film")

    assert {
        view: (video["videoUrl"], video["videoTitle"])
        for view in ("default", "french")
        for video in [said(shop, view=view)["videos"][0]["video"]]
    } == {"default": ("https://vimeo.com/1", "Film"), "french": ("https://vimeo.com/1", "Le film")}


def test_files_are_told_once_where_store_views_say_nothing(shop):
    shop.configure("web/unsecure/base_media_url", "http://media/")
    shop.bare(2, "cup", websites=(1, 2))
    shop.file(5, "/a.jpg", product_id=2)
    shop.say(2, store_id=3, name="Tasse")

    _, fields = shop.area(media, 2)
    assert fields.by_view == {}
    assert fields.common[2]["media_gallery"][0]["url"] == "http://media/catalog/product/a.jpg"


def test_a_file_of_two_products_has_the_words_of_each(shop):
    shop.bare(2, "cup")
    shop.file(5, "/a.jpg", label="Mug", position=1)
    shop.add("catalog_product_entity_media_gallery_value_to_entity", value_id=5, entity_id=2)
    shop.tell(5, 0, product_id=2, label="Cup", position=4)

    assert [(one["label"], one["sort_order"]) for one in said(shop, 1)["media_gallery"]] == [("Mug", 1)]
    assert [(one["label"], one["sort_order"]) for one in said(shop, 2)["media_gallery"]] == [("Cup", 4)]


def test_other_galleries_and_files_without_a_name_are_left_out(shop):
    shop.file(5, None)
    shop.file(6, "/a.jpg")
    shop.run("update catalog_product_entity_media_gallery set attribute_id = 87 where value_id = 6")

    assert said(shop) == {"media_gallery": None, "images": None, "videos": None}


def test_the_later_of_two_words_of_the_default_scope_counts(shop):
    shop.file(5, "/a.jpg", label="old", position=1)
    shop.tell(5, 0, label="new", position=1)

    assert [one["label"] for one in said(shop)["media_gallery"]] == ["new"]


def test_a_position_that_is_no_number_sets_the_product_aside(shop):
    shop.file(5, "/a.jpg", position="first")

    _, fields = shop.area(media, 1)
    assert {"media_gallery: 'first' is not a number"} == set(fields.faults.values())


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ("update catalog_product_entity_media_gallery set value = '/x.jpg' where value_id = 6", {1, 2}),
        ("update catalog_product_entity_media_gallery_value set label = 'x' where value_id = 5", {1}),
        ("delete from catalog_product_entity_media_gallery_value_to_entity where entity_id = 2", {2}),
        (
            """insert into catalog_product_entity_media_gallery_value_video (value_id, store_id, url)
               values (6, 0, 'x')""",
            {1, 2},
        ),
        ("delete from catalog_product_entity_media_gallery where value_id = 6", {1, 2}),
        ("insert into core_config_data (path, value) values ('web/unsecure/base_media_url', 'x')", "everything"),
    ],
)
def test_a_change_of_a_file_leads_to_its_products(shop, change, touched):
    shop.bare(2, "cup")
    shop.file(5, "/a.jpg")
    shop.file(6, "/b.jpg")
    shop.add("catalog_product_entity_media_gallery_value_to_entity", value_id=6, entity_id=2)

    assert touched == shop.touched(FEED, change)


def test_a_gallery_attribute_that_is_none_of_products_any_more_reaches_the_products_with_files(shop):
    """Found by changes drawn at random: the files stay, and no product has them."""
    shop.bare(2, "cup")
    shop.file(1, "/m/u/mug.jpg")
    assert shop.touched(FEED, "update eav_attribute set entity_type_id = 3 where attribute_id = 90") == {1}
