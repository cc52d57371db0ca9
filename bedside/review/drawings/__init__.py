"""Charts, piano rolls and thumbnails: numbers in, marks on a plane out, for SVG on a page or paths in a PDF.

Only `rolls` reads the store.
"""
