"""Requests that other sites could make in the browser of whoever looks at the dashboard."""

import pytest

from tests.dashboard.reading import Dashboard, Read

CONFIRMED = {"id": "1", "confirmed": "yes"}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8766", "127.0.0.1.evil.example", "", "[::1", "localhost.evil"]
)
def test_a_foreign_host_is_refused_whatever_is_asked(dashboard, host):
    for method in ("GET", "HEAD", "POST"):
        status, _, text = dashboard.ask(method, "/", headers={"Host": host})
        assert status == 421
        assert "scopesWebsite" not in text


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "LOCALHOST", "127.0.0.1:9000"]
)
def test_an_address_or_localhost_is_this_machine_behind_a_tunnel_too(dashboard, host):
    assert dashboard.ask("GET", "/", headers={"Host": host.format(port=dashboard.port)})[0] == 200


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": None},
        {"Origin": None, "Referer": "http://evil.example/feeds"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://[broken"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_form_of_another_site_changes_nothing_even_with_the_token(own, own_dashboard, headers):
    fields = {"token": own_dashboard.token(), **CONFIRMED}
    status, _, text = own_dashboard.post("/feeds/variants/resync", fields, **headers)
    assert (status, "Request refused" in text) == (403, True)
    assert own.ask("select status from cde_product_variants_feed where id = 1") == [(200,)]


@pytest.mark.sample(1)
@pytest.mark.parametrize("token", [{}, {"token": ""}, {"token": "x" * 43}, {"token": "ü"}])
def test_a_form_without_the_token_changes_nothing(own, own_dashboard, token):
    forms = {"/feeds/variants/resync": CONFIRMED, "/data/resync": {"feed": "variants", "confirmed": "yes"}}
    for path, fields in forms.items():
        status, _, text = own_dashboard.post(path, {**fields, **token})
        assert (status, "is older than this dashboard" in text) == (403, True)
    assert own.ask("select status from cde_product_variants_feed where id = 1") == [(200,)]
    assert own.ask("select status from indexer_state where feed = 'variants'") == [("valid",)]


def test_the_token_is_another_one_in_each_process(synced, dashboard):
    with Dashboard(synced) as other:
        assert other.token() != dashboard.token()


def test_a_referer_does_where_a_browser_sends_no_origin(own, own_dashboard):
    fields = {"token": own_dashboard.token(), **CONFIRMED}
    referer = f"{own_dashboard.url}/feeds/variants"
    headers = {"Origin": None, "Sec_Fetch_Site": None, "Referer": referer}
    status, _, _ = own_dashboard.post("/feeds/variants/resync", fields, **headers)
    assert status == 303


@pytest.mark.parametrize("path", ["/", "/data", "/feeds/products", "/elsewhere", "/feeds/products/resync"])
def test_every_answer_forbids_scripts_frames_and_guesses(dashboard, path):
    for host in ("localhost", "evil.example"):
        _, headers, _ = dashboard.ask("GET", path, headers={"Host": host})
        policy = headers["Content-Security-Policy"].split("; ")
        assert policy[0] == "default-src 'none'"
        assert {"frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} <= set(policy)
        assert "script" not in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Server"].strip() == "saasexport"


def test_a_get_of_what_a_form_does_is_no_way_in(dashboard):
    for path in ("/data/resync?feed=products&confirmed=yes", "/feeds/variants/resync?id=1&confirmed=yes"):
        status, headers, _ = dashboard.ask("GET", path)
        assert (status, headers["Allow"]) == (405, "POST")


def test_no_page_holds_a_script_or_anything_from_elsewhere(dashboard):
    for path in ("/", "/data", "/feeds/products", "/feeds/products?status=retry", "/elsewhere"):
        page_tags = dashboard_tags(dashboard, path)
        assert not [tag for tag, _ in page_tags if tag in ("script", "iframe", "object", "embed", "img", "base")]
        for _, attributes in page_tags:
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            for name in ("href", "src", "action"):
                address = attributes.get(name, "/")
                assert address.startswith(("/", "#", "data:image/svg+xml")), address
                assert not address.startswith("//")


def dashboard_tags(dashboard, path):
    """The tags of a page, whatever its status."""
    return Read(dashboard.ask("GET", path)[2]).tags
