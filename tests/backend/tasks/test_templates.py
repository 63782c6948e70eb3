"""The API templates of task types, filled in."""

from backend.tasks.templates import Template, expanded, looked_up_tables, templates

PROCEDURE = Template(
    "estimation_procedure",
    "input",
    "<oml:estimation_procedure>\r\n<oml:id>[INPUT:estimation_procedure]</oml:id>\r\n"
    "<oml:type>[LOOKUP:estimation_procedure.type]</oml:type>\r\n"
    "<oml:data_splits_url>[CONSTANT:base_url]/api_splits/get/[TASK:id]/Task_[TASK:id]_splits.arff</oml:data_splits_url>\r\n"
    '<oml:parameter name="number_folds">[LOOKUP:estimation_procedure.folds]</oml:parameter>\r\n'
    "</oml:estimation_procedure>",
)


def filled(text: str, **values: object) -> object:
    """One template's object, without its name."""
    piece, *_ = expanded([Template("x", "input", text)], values, "7", "https://openml.test/")
    return {key: value for key, value in piece.document.items() if key != "name"}


def test_placeholders_become_inputs_columns_and_constants() -> None:
    """The double slash is the template's own, and stays."""
    values = {
        "estimation_procedure": "6",
        "estimation_procedure.type": "holdout",
        "estimation_procedure.folds": 10,
    }
    pieces = expanded([PROCEDURE], values, "4", "https://openml.test/")
    assert [(piece.io, piece.document) for piece in pieces] == [
        (
            "input",
            {
                "name": "estimation_procedure",
                "estimation_procedure": {
                    "id": 6,
                    "type": "holdout",
                    "data_splits_url": "https://openml.test//api_splits/get/4/Task_4_splits.arff",
                    "parameter": [{"name": "number_folds", "value": 10}],
                },
            },
        ),
    ]


def test_what_is_missing_is_an_empty_list_and_a_parameter_null() -> None:
    """So do clients tell an element without text from a parameter without a value."""
    (piece,) = expanded([PROCEDURE], {}, "4", "https://openml.test/")
    procedure = piece.document["estimation_procedure"]
    assert isinstance(procedure, dict)
    assert (procedure["id"], procedure["type"]) == ([], [])
    assert procedure["parameter"] == [{"name": "number_folds", "value": None}]


def test_values_are_text_and_never_markup() -> None:
    """Special characters of a value come out as they went in."""
    value = "class<&>\"' ]]> &lt;"
    document = filled("<oml:target_feature>[INPUT:target_feature]</oml:target_feature>", target_feature=value)
    assert document == {"target_feature": value}


def test_control_characters_do_not_break_the_template() -> None:
    """XML cannot hold them; PHP dies of them."""
    assert filled("<oml:a>[INPUT:a]</oml:a>", a="x\x01\x1fy") == {"a": "x\x01\x1fy"}


def test_numbers_are_typed_where_the_contract_says_so() -> None:
    """A column called 1 stays text."""
    text = (
        "<oml:data_set>\n<oml:data_set_id>[INPUT:source_data]</oml:data_set_id>\n"
        "<oml:target_feature>[INPUT:target_feature]</oml:target_feature>\n</oml:data_set>"
    )
    assert filled(text, source_data="61", target_feature="1") == {
        "data_set": {"data_set_id": 61, "target_feature": "1"}
    }


def test_a_value_may_hold_a_later_placeholder() -> None:
    """PHP replaces one placeholder after the other over the whole text."""
    assert filled("<oml:a>[INPUT:a]</oml:a>", a="of [TASK:id]") == {"a": "of 7"}


def test_a_placeholder_reaches_to_the_last_bracket_of_its_line() -> None:
    """Two on one line are one unknown name, which is empty."""
    assert filled("<oml:a>[INPUT:a] and [INPUT:b]</oml:a>", a="1", b="2") == {"a": []}


def test_templates_come_by_order_with_the_last_name_first_in_a_tie() -> None:
    """And inputs without a template are not shown."""
    rows = [
        ("a", "input", 15, "A"),
        ("b", "input", 15, "B"),
        ("c", "input", 1, None),
        ("d", "output", 2, "D"),
    ]
    assert [(each.name, each.io) for each in templates(rows)] == [
        ("d", "output"),
        ("b", "input"),
        ("a", "input"),
    ]


def test_tables_are_looked_up_once() -> None:
    """In the order of their first use."""
    text = "[LOOKUP:b.x]\n[INPUT:a.y]\n[LOOKUP:b.z]\n[INPUT:plain]"
    assert looked_up_tables([Template("x", "input", text)]) == ("b", "a")


def test_a_placeholder_goes_to_the_last_bracket_of_its_line() -> None:
    """As PHP's greedy patterns have it: of two in a line, both are the name of the first."""
    text = "[INPUT:b.x] or [INPUT:c.y] ]\n][LOOKUP:d.z\n[LOOKUP:]"
    assert looked_up_tables([Template("x", "input", text)]) == ("b",)
    (piece,) = expanded([Template("x", "input", "[INPUT:b.x] or [INPUT:c.y]!")], {}, "1", "")
    assert piece.tree.text == "!"


def test_a_piece_is_an_element_of_phps_document() -> None:
    """What is missing is empty; control characters are where they were."""
    (piece,) = expanded([Template("x", "input", "<oml:a>[INPUT:a]</oml:a><oml:b/>")], {"a": "1\x01"}, "1", "")
    assert [(child.name, child.text) for child in piece.tree.children] == [("a", "1\x01"), ("b", "")]
    assert piece.tree.attributes == {"name": "x"}


def test_placeholders_in_values_do_not_multiply_without_end() -> None:
    """Three values of a few kilobytes would otherwise make gigabytes."""
    text = "".join(f"<oml:{name}>[INPUT:{name}]</oml:{name}>\n" for name in "abc")
    values = {"a": "[INPUT:b]" * 1000, "b": "[INPUT:c]" * 1000, "c": "x" * 10_000}
    [piece] = expanded([Template("t", "input", text)], values, "1", "https://openml.test/")
    assert len(str(piece.document)) < 10_000_000
