"""Measures the guide beside its peers, and how its build grows. No page and no build depends on it.

`make bench` builds the same content with the guide's own template, by hand (the floor) and with each
peer, looks at all in one browser, and writes one table. `make growth` does the same for build time, with
made-up guides of up to 1,600 pages, and tells how soon an edit shows. Both write below .cache/bench/.
Others at work on the machine make times longer, so compare within one table and not between two.
"""
