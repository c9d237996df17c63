"""A key is read from a file that is its owner's only, and holds a key."""

import os

import pytest

from saasexport.config.secret import read_key
from saasexport.errors import ConfigError

PLACE = "/etc/shop/saasexport.toml: [service] api_key_file"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files away, which only root may")


def key_file(tmp_path, content=b"the-key\n", mode=0o600):
    """A file with a key."""
    path = tmp_path / "api.key"
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize(
    "content", [b"the-key", b"the-key\n", b"\xef\xbb\xbfthe-key\r\n", b"  the-key  ", b"\n\nthe-key\n"]
)
def test_what_stands_around_a_key_is_no_part_of_it(tmp_path, content):
    assert read_key(key_file(tmp_path, content), PLACE) == "the-key"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n",
        b"\xef\xbb\xbf\n",
        b"schl\xfcssel\n",
        "schlüssel\n".encode(),
        "the-key\n".encode("utf-16"),
        "the-key\n".encode("utf-16-be"),
        b"the-key\nanother\n",
        b"the\0key",
        b"the\x1bkey",
        b"k" * 70_000,
    ],
)
def test_what_is_no_key_is_refused_by_file_and_setting(tmp_path, content):
    path = key_file(tmp_path, content)
    with pytest.raises(ConfigError) as caught:
        read_key(path, PLACE)
    message = str(caught.value)
    assert message.startswith(f"{PLACE}: {path}: ")
    assert message.isprintable()
    assert caught.value.exit_status == 2


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o444, 0o620, 0o602, 0o666])
def test_a_key_that_others_may_read_or_write_is_refused(tmp_path, mode):
    path = key_file(tmp_path, mode=mode)
    with pytest.raises(ConfigError) as caught:
        read_key(path, PLACE)
    assert str(caught.value).startswith(f"{PLACE}: {path}: may be read by others (")
    assert str(caught.value).endswith(f"; run: chmod 600 {path}")


@pytest.mark.parametrize("what", ["missing", "folder"])
def test_a_key_file_that_is_none_is_refused_by_file_and_setting(tmp_path, what):
    path = tmp_path / "api.key"
    if what == "folder":
        path.mkdir()
    with pytest.raises(ConfigError) as caught:
        read_key(str(path), PLACE)
    assert str(caught.value).startswith(f"{PLACE}: {path}: ")


@as_root
@pytest.mark.parametrize("mode", [0o444, 0o440, 0o644])
def test_a_secret_that_a_container_was_given_is_taken(tmp_path, mode):
    path = key_file(tmp_path, mode=mode)
    os.chown(path, 65534, -1)
    assert read_key(path, PLACE) == "the-key"


@as_root
@pytest.mark.parametrize("mode", [0o646, 0o664, 0o666])
def test_a_secret_that_others_may_write_is_not_taken(tmp_path, mode):
    path = key_file(tmp_path, mode=mode)
    os.chown(path, 65534, -1)
    with pytest.raises(ConfigError):
        read_key(path, PLACE)
