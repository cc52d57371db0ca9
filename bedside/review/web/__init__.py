"""The therapist's pages: served on this machine only, to whoever knows the staff code.

One server process. Its event loop waits for nothing; each page that reads the store runs in a thread of the pool. Every
request passes `guard` first.
"""
