"""The names of what is published beside the pages, for the pages that tell of it."""

from __future__ import annotations

#: Where the files stand below the site's root. A change that breaks readers gets a new folder.
FOLDER = "data/v1/"
#: The files beside index.json: name, media type, what is in it.
FILES = [
    ("guide.json", "application/json", "Everything: each entry and each claim once."),
    ("risks.json", "application/json", "The risks, each with its claims and how often it happens."),
    ("risks.csv", "text/csv", "The same as a table: one row for each claim of a risk."),
    ("alternatives.json", "application/json", "What can be done instead, each with its claims."),
    ("alternatives.csv", "text/csv", "The same as a table: one row for each claim of a statement."),
    ("methods.json", "application/json", "The ways to treat the nerve, each with its claims."),
    ("links.json", "application/json", "Every address that this guide promises to keep, and where what moved is now."),
    ("schema.json", "application/schema+json", "The JSON Schema of the JSON files."),
]

#: The feeds, at the site's root: name, what it is.
FEEDS = [("feed.xml", "an Atom feed"), ("feed.json", "a JSON feed")]
