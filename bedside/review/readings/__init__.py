"""What the pages read from the store and compute of it, cached: takes, measures, circumstances, courses, proposals.

Calls block on the store and on numpy, so each request runs in a thread of the server.
"""
