"""The sound: instruments, the engine that plays them live and rendered alike, and its process.

The modules here know only music and numbers; `audiofile` alone opens files. Each package below says in its docstring
what it may touch.
"""
