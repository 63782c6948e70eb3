"""Documents of download counts."""

from sqlalchemy import create_engine, text

from backend.downloads import shapes


def test_a_count_is_shown_with_its_item() -> None:
    """Four fields, all typed."""
    row = {"user_id": 2, "knowledge_type": "d", "knowledge_id": 61, "count": 3}
    columns = "2 AS user_id, 'd' AS knowledge_type, 61 AS knowledge_id, 3 AS count"
    with create_engine("sqlite://").connect() as connection:
        assert shapes.downloads(connection.execute(text(f"SELECT {columns}")).all()) == [row]
