"""Headers of forms: what PHP takes for a boundary, a name and a file name."""

import pytest

from config.php.multipart import boundary_of, disposition


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ("multipart/form-data; boundary=a-b", b"a-b"),
        ('multipart/form-data; boundary="a b"', b"a b"),
        ("multipart/form-data; BOUNDARY = a", b" a"),
        ("multipart/form-data; boundary=a, other", b"a"),
        ("multipart/form-data; boundary=", None),
        ("multipart/form-data", None),
    ],
)
def test_the_boundary_of_a_form(header: str, boundary: bytes | None) -> None:
    """In quotes or up to the next mark."""
    assert boundary_of(header) == boundary


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ('form-data; name="a"; filename="b.arff"', {"name": "a", "filename": "b.arff"}),
        ("form-data; name='a;b'", {"name": "a;b"}),
        ("form-data; name=a b", {"name": "a"}),
        (r'form-data; name="a\"b"', {"name": 'a"b'}),
        ('form-data; name="a"; NAME="b"', {"name": "b"}),
        ("form-data", {}),
    ],
)
def test_the_names_of_a_part(header: str, names: dict[str, str]) -> None:
    """In either quotes or none; the last of each counts."""
    assert disposition(header) == names
