"""The page's types are those of the server."""

import re

from kernelscope.api.types import FILE, SCALARS_FILE, javascript, scalars


def test_the_page_has_the_types_as_the_server_has_them() -> None:
    written = FILE.read_text("utf-8")
    assert written == javascript(), "python -m kernelscope.api.types writes them"


def test_the_page_has_the_table_of_scalars_as_the_server_has_it() -> None:
    assert SCALARS_FILE.read_text("utf-8") == scalars(), "python -m kernelscope.api.types writes it"
    assert 'weight_norm: { of: "step", elements: Float32Array, each: "lane" },' in scalars()


def test_every_type_that_is_named_is_defined() -> None:
    text = javascript()
    defined = re.findall(r"@typedef .*? ?(\w+)$", text, re.M)
    assert len(set(defined)) == len(defined)
    used = {
        name for of in re.findall(r"@(?:typedef|property) \{(.*)\}", text) for name in re.findall(r"\b[A-Z]\w+", of)
    }
    assert used - {"Record"} <= set(defined)


def test_members_are_needed_where_they_always_come_and_free_where_a_viewer_may_leave_them_out() -> None:
    text = javascript()
    assert "@property {Optimizer} optimizer\n" in text  # of a lane in an experiment
    assert "@property {Optimizer} [optimizer]\n" in text  # of a wanted lane
    assert '@property {"sgd" | "adam" | "adamw"} type\n' in text
    assert "@property {number} [momentum]\n" in text  # SGD's alone
    assert "@property {number[]} [kernel]\n" in text, "two numbers, however few were given"
