"""The sound of takes for the pages: rendered in a process of its own, and cached encrypted while somebody listens.

The renderer is the only process that the pages start; a thread of the server waits for it, never the event loop.
"""
