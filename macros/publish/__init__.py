"""What stands on the site beside its pages: data, feeds, small pages to embed, leaflets, a copy to take along.

Each module makes its files from the guide by pure functions; `python -m macros.publish` writes them.
It depends on the data and the built pages alone, not on what built them.
"""
