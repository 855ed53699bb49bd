"""The glossary."""

from __future__ import annotations

from .cite import statement
from .model import Guide
from .render import Row, escape, table


def glossary(guide: Guide) -> str:
    """Every medical word, how to say it and what it means."""
    rows = [
        Row(word_id, [escape(entry.word), escape(entry.say), statement(entry.meaning)])
        for word_id, entry in sorted(guide.words.items(), key=lambda item: item[1].word.lower())
    ]
    shown = table("Medical words in this guide", ["Word", "How to say it", "What it means"], rows, "words")
    return f'<div id="words" markdown="block">\n\n{shown}\n\n</div>'
