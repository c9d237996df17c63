"""What items call customer groups."""

import pytest

from saasexport.shop.customer_groups import group_code


@pytest.mark.parametrize(
    ("group_id", "code"),
    [
        (0, "b6589fc6ab0dc82cf12099d1c2d40ab994e8410c"),
        (1, "356a192b7913b04c54574d18c28d46e6395428ab"),
        (2, "da4b9237bacccdf19c0760cab7aec4a8359010b0"),
        ("2", "da4b9237bacccdf19c0760cab7aec4a8359010b0"),
        ("\udcff", "85e53271e14006f0265921d02d4d736cdc580b0b"),
        (32000, "0de62067bc71220679bcfd52d94b84e9eaaa8ad7"),
    ],
)
def test_a_group_is_called_by_the_hash_of_its_id(group_id, code):
    assert group_code(group_id) == code
