"""A MkDocs hook for `make serve`: an edit to this package takes effect at the next build."""

import sys

from mkdocs.plugins import event_priority


@event_priority(100)  # before mkdocs-macros imports the package
def on_config(config):
    """Forgets the package, so that mkdocs-macros and Markdown import it anew."""
    for name in [name for name in sys.modules if name == "macros" or name.startswith("macros.")]:
        del sys.modules[name]
    return config
