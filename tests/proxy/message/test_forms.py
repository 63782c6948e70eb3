"""Form bodies are read and rewritten without touching anything else."""

import pytest

from proxy.message.forms import (
    MULTIPART,
    URLENCODED,
    count_parts,
    odd_names,
    read_beginnings,
    read_contents,
    read_fields,
    read_files,
    rewrite,
    write_fields,
)

MULTI = f"{MULTIPART}; boundary=xx"
BODY = (
    b'--xx\r\nContent-Disposition: form-data; name="ids"\r\n\r\n1,2\r\n'
    b'--xx\r\nContent-Disposition: form-data; name="file"; filename="ids"\r\nContent-Type: a/b\r\n\r\n\x00\xff\r\n\r\n'
    b"--xx--\r\n"
)


def test_a_url_encoded_form_is_read() -> None:
    """Values are decoded."""
    assert read_fields(URLENCODED + "; charset=UTF-8", b"a=1%2C2&b=") == {"a": "1,2", "b": ""}


def test_a_multipart_form_is_read_without_its_files() -> None:
    """PHP keeps files apart from fields."""
    assert read_fields(MULTI, BODY) == {"ids": "1,2"}


def test_the_files_of_a_multipart_form_have_names() -> None:
    """A file is known by its field; other forms have none."""
    assert read_files(MULTI, BODY) == {"file": "ids"}
    assert read_files(URLENCODED, b"file=ids") == {}


def test_files_are_read_from_their_beginning() -> None:
    """Only those that are asked for, and never fields."""
    assert read_beginnings(MULTI, BODY, ["ids", "file"], 1) == {"file": "\x00"}
    assert read_beginnings(MULTI, BODY, ["other"], 9) == {}


def test_fields_that_php_knows_by_another_name() -> None:
    """Blanks and dots become underscores; an array is none of them."""
    assert odd_names(URLENCODED, b"data.id=1&+a%20b=2&c_d=3&e[0]=4&=5") == {
        "data.id": "data_id",
        "+a%20b": "a_b",
    }
    multi = BODY.replace(b'name="ids"\r', b'name="i.ds"\r', 1)
    assert odd_names(MULTI, multi) == {"i.ds": "i_ds"}
    assert read_fields(MULTI, multi) == {"i_ds": "1,2"}
    assert rewrite(URLENCODED, b"data.id=1&%C3%A9.=2", {"data.id": "data_id", "%C3%A9.": "é_"}, {}) == (
        b"data_id=1&%C3%A9_=2"
    )
    assert rewrite(MULTI, multi, {"i.ds": "ids"}, {}) == BODY


def test_a_body_that_is_no_form_has_no_fields() -> None:
    """JSON is not read (legacy notes, data 2)."""
    assert read_fields("application/json", b'{"a": 1}') == {}


def test_the_contents_of_all_parts_are_read() -> None:
    """Files, and fields that may become files; a form without parts has none."""
    assert read_contents(MULTI, BODY) == [b"1,2", b"\x00\xff\r\n"]
    assert read_contents(URLENCODED, b"a=1") == []


def test_a_url_encoded_form_is_rewritten() -> None:
    """Names change, values keep their bytes, further fields come last."""
    assert rewrite(URLENCODED, b"ids=1%2c2&x=+", {"ids": "entity_ids"}, {"study_id": "9 9"}) == (
        b"entity_ids=1%2c2&x=+&study_id=9%209"
    )


def test_fields_behind_the_last_that_is_read_go_on_as_they_came() -> None:
    """PHP reads a thousand, and a million pairs would cost those that wait."""
    first = b"&".join(b"b%d=1" % number for number in range(999)) + b"&a=1"
    assert rewrite(URLENCODED, first + b"&a=2&&b0=3&", {"a": "c"}, {"d": "4"}, {"b0"}) == (
        first.removeprefix(b"b0=1&").removesuffix(b"a=1") + b"c=1&a=2&&b0=3&d=4"
    )


def test_a_multipart_form_is_rewritten() -> None:
    """Names of fields change, file names and contents do not."""
    expected = BODY.replace(b'name="ids"\r', b'name="entity_ids"\r', 1).replace(
        b"--xx--", b'--xx\r\nContent-Disposition: form-data; name="study_id"\r\n\r\n9\r\n--xx--'
    )
    assert expected == rewrite(MULTI, BODY, {"ids": "entity_ids"}, {"study_id": "9"})


def test_rewriting_nothing_changes_no_byte() -> None:
    """A multipart body survives being taken apart."""
    assert rewrite(MULTI, BODY, {}, {}) == BODY


def test_other_bodies_are_not_rewritten() -> None:
    """What is no form stays as it is."""
    assert rewrite("text/plain", b"ids=1", {"ids": "x"}, {}) == b"ids=1"


def test_fields_can_be_written_as_a_form() -> None:
    """What is written is read back."""
    fields = {"a": "x&y=z é", "b": ""}
    assert fields == read_fields(URLENCODED, write_fields(fields))


def test_no_more_fields_are_read_than_php_reads() -> None:
    """What it makes of the rest, nobody else can know; that there is a rest is seen."""
    pairs = b"&".join(b"a%d=1" % number for number in range(1001))
    part = b'--b\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n'
    parts = b"".join(part % number for number in range(1001)) + b"--b--"
    for kind, body in (
        ("application/x-www-form-urlencoded", pairs),
        ("multipart/form-data; boundary=b", parts),
    ):
        assert len(read_fields(kind, body)) == 1000
        assert count_parts(kind, body) == (1001, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"before\r\n" + BODY + b"behind",
        BODY.replace(b"\r\n", b"\n"),
        BODY.replace(b'"ids"\r', b"'ids'\r"),
        BODY.replace(b'"ids"\r', b"ids\r"),
        BODY.removesuffix(b"--xx--\r\n"),
    ],
)
def test_a_multipart_form_is_read_however_it_is_cut(body: bytes) -> None:
    """As PHP reads it."""
    assert read_fields(MULTI, body)["ids"].strip() == "1,2"


def test_an_extended_file_name_is_none() -> None:
    """PHP does not know it, so that the part is a field."""
    body = BODY.replace(b"filename=", b"filename*=")
    assert read_files(MULTI, body) == {}
    assert list(read_fields(MULTI, body)) == ["ids", "file"]


def test_an_array_is_a_word() -> None:
    """In both kinds of form, as PHP prints it."""
    assert read_fields(MULTI, BODY.replace(b'"ids"\r', b'"ids[]"\r')) == {"ids": "Array"}
    assert read_fields(URLENCODED, b"ids%5B%5D=1") == {"ids": "Array"}


def test_fields_can_be_left_out() -> None:
    """Under their own names; all others stay."""
    assert rewrite(URLENCODED, b"a=1&b%2E=2", {}, {"c": "3"}, ["a", "x"]) == b"b%2E=2&c=3"
    assert read_fields(MULTI, rewrite(MULTI, BODY, {}, {"c": "3"}, ["ids"])) == {"c": "3"}


def test_parts_are_counted() -> None:
    """Fields and files apart; empty pairs are none."""
    assert count_parts(MULTI, BODY) == (1, 1)
    assert count_parts(URLENCODED, b"a=1&&b") == (2, 0)
    assert count_parts("text/plain", BODY) == (0, 0)
