"""The drawings: that each stands alone, and holds nothing but shapes and a few words."""

from __future__ import annotations

import xml.etree.ElementTree as etree
from itertools import pairwise

import pytest

from macros import drawings, load, prose
from macros.drawings import drawing
from macros.extension import converted
from macros.problem import MacroError
from macros.render import blocks

GUIDE = load.current()
#: All that a drawing may hold: nothing that runs, loads or sets a color.
TAGS = {"figure", "figcaption", "svg", "title", "desc", "g", "path", "rect", "circle", "ellipse", "text"}
ATTRIBUTES = set(
    """aria-labelledby class cx cy d data-search-exclude fill font-size height id r role rx ry stroke-linecap
    stroke-width text-anchor transform viewBox width x y""".split()  # noqa: SIM905
)
CLASSES = {"drawing", "skin", "tissue", "nerve", "signal", "tool", "heat", "cold", "fluid", "scar", "mark"}

each = pytest.mark.parametrize("method", GUIDE.methods)


@each
def test_every_method_has_a_small_drawing_of_shapes_alone(method):
    shown = drawing(GUIDE, method)
    assert len(shown.encode()) <= 3000
    for element in etree.fromstring(shown).iter():
        assert element.tag in TAGS
        assert set(element.attrib) <= ATTRIBUTES
        assert element.get("class", "mark") in CLASSES
        assert element.get("fill", "none") == "none"


@each
def test_it_is_named_and_told_in_words(method):
    figure = etree.fromstring(drawing(GUIDE, method))
    svg = figure.find("svg")
    title, desc = svg.find("title"), svg.find("desc")
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby").split() == [title.get("id"), desc.get("id")]
    assert title.text == GUIDE.methods[method].name
    caption = figure.find("figcaption").text
    assert caption.endswith("a simple drawing, not to scale.")
    assert len(prose.sentences(caption)) == 1
    for text in (caption, desc.text):
        assert prose.wording(text) == ()
        assert prose.measure([text]).grade <= prose.MOST_GRADE


@each
def test_a_page_holds_it_just_as_it_was_drawn(method):
    shown = drawing(GUIDE, method)
    page = converted(f"# Title\n\nBefore.\n\n{blocks(shown)}\n\nAfter.")[0]
    assert f"<p>Before.</p>\n{shown}\n<p>After.</p>" in page


def test_all_may_stand_on_one_page():
    page = etree.fromstring(f"<div>{''.join(drawing(GUIDE, method) for method in GUIDE.methods)}</div>")
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 2 * len(GUIDE.methods)


def test_no_label_lies_on_another_or_beyond_the_edge(tab):
    wide = "<style>text { font-family: sans-serif; font-weight: 700 }</style>"
    tab.set_content(wide + "".join(drawing(GUIDE, method) for method in GUIDE.methods))
    for boxes in tab.locator("svg").evaluate_all(
        "all => all.map(svg => [...svg.querySelectorAll('text')].map(text => text.getBBox())"
        ".map(box => [box.x, box.y, box.x + box.width, box.y + box.height]))"
    ):
        assert boxes
        for left, top, right, bottom in boxes:
            assert left >= 0 and top >= 0 and right <= drawings.WIDTH and bottom <= drawings.HEIGHT
        for one, two in pairwise(sorted(boxes, key=lambda box: (round(box[1]), box[0]))):
            assert round(one[1]) != round(two[1]) or one[2] < two[0]


def test_an_unknown_method_is_told_with_a_mend(small, monkeypatch):
    with pytest.raises(MacroError, match="Did you mean 'heat'"):
        drawing(small, "haet")
    monkeypatch.delitem(drawings.DRAWN, "heat")
    with pytest.raises(MacroError, match=r"no drawing of 'heat' yet\. Add one to .*drawings\.py"):
        drawing(small, "heat")
