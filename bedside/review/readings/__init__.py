"""The pages' data, read from the store, computed and cached: takes, measures, circumstances, courses, proposals.

Calls block on the store and on numpy, so each request is handled in a thread of the server.
"""
