"""What the pages ask of the store, read once and computed once: takes, measures, circumstances, courses, proposals.

They may wait for the store and for numpy, so each request runs in a thread of the server.
"""
