"""The glossary."""

from __future__ import annotations

from ..guide.model import Guide
from .cite import cite
from .render import Row, escape, table


def glossary(guide: Guide) -> str:
    """Every medical word, how to say it and what it means. Its page says that meanings without a note are ours."""
    rows = [
        Row(word_id, [escape(entry.word), escape(entry.say), escape(entry.meaning.text) + cite(*entry.meaning.cites)])
        for word_id, entry in sorted(guide.words.items(), key=lambda item: item[1].word.lower())
    ]
    shown = table("Medical words in this guide", ["Word", "How to say it", "What it means"], rows, "words")
    return f'<div id="words" markdown="block">\n\n{shown}\n\n</div>'
