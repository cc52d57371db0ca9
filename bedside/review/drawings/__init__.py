"""Charts, piano rolls and miniatures: numbers in, marks on a plane out, as SVG for a page or paths for a PDF.

Nothing here reads the store.
"""
