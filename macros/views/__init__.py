"""What pages show: each macro is a pure function from the guide and its arguments to Markdown.

A macro is named for what appears. What it needs besides the guide (which pages cite a claim, the versions, the
site's address), its door hands it by name.
"""

from __future__ import annotations

from .clinics import (
    ask_form,
    data_files,
    embeds,
    feeds,
    leaflets_list,
    newest_version,
    review_form,
    review_length,
    row_links,
    versions,
    zip_link,
)
from .gallery import gallery
from .options import (
    alternatives_table,
    at_a_glance,
    compare_table,
    conditions_table,
    in_short,
    methods_table,
    names_list,
    options_table,
    steps,
    timeline,
)
from .review import review_policy, review_sheet
from .risks import call_list, risk, risk_table, urgent
from .sources import source, sources_in_short, sources_table
from .unknowns import disagreement, disagreements, gap, gaps, my_notes, next_steps, questions
from .words import glossary

#: Every macro; pages call it by its name.
MACROS = {
    function.__name__: function
    for function in (
        alternatives_table,
        ask_form,
        at_a_glance,
        call_list,
        compare_table,
        conditions_table,
        data_files,
        disagreement,
        disagreements,
        embeds,
        feeds,
        gallery,
        gap,
        gaps,
        glossary,
        in_short,
        leaflets_list,
        methods_table,
        my_notes,
        names_list,
        newest_version,
        next_steps,
        options_table,
        questions,
        review_form,
        review_length,
        review_policy,
        review_sheet,
        risk,
        risk_table,
        row_links,
        source,
        sources_in_short,
        sources_table,
        steps,
        timeline,
        urgent,
        versions,
        zip_link,
    )
}
