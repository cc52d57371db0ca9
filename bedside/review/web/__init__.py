"""The therapist's pages, served on this machine only, to people who know the staff code.

One server process. Its event loop never blocks: pages that read the store run in a thread pool. Every request passes
`guard` first; every fault ends in `boundary`. A *visit* is one browser's login, from logging in until logging out; a
*session* is one meeting with a child.
"""
