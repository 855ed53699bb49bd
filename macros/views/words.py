"""The glossary."""

from __future__ import annotations

from itertools import groupby

from ..guide.model import Guide
from .cite import cite
from .render import Row, collapsible, escape, macro, named, strong, table


@macro
def glossary(guide: Guide) -> str:
    """Every medical word, how to say it and what it means, folded by its first letter below the words themselves.

    Its page says that meanings without a note are ours.
    """
    columns, folds = ["Word", "How to say it", "What it means"], []
    by_name = sorted(guide.words.items(), key=lambda item: item[1].word.lower())
    for letter, words in groupby(by_name, key=lambda item: item[1].word[0].upper()):
        rows = [
            Row(i, [escape(word.word), escape(word.say), escape(word.meaning.text) + cite(*word.meaning.cites)])
            for i, word in words
        ]
        shown = table(f"Medical words with {letter}", columns, rows, "words")
        folds.append(collapsible("fold", f"{strong(f'{letter}:')} {named(row.cells[0] for row in rows)}", shown))
    return "\n\n".join(['<div id="words" markdown="block">', *folds, "</div>"])
