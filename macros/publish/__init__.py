"""What stands on the site beside its pages: data, versions, a feed, leaflets, a copy to take along.

Each module makes its files from the guide by pure functions; a door asks for them and writes them.
"""
