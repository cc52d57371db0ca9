"""How it sounds: instruments, the engine that plays them live and rendered alike, and its process.

The modules here know only music and numbers; `audiofile` alone opens files. What each package below may touch stands in
its own docstring.
"""
