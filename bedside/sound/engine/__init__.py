"""The engine: voices, parts, rooms, loudness guard and limiter, block by block, live and rendered alike.

Pure and block-wise: the same events give the same bits, on whatever thread of whatever process they are rendered. After
start-up nothing here waits for anything, and no array grows.
"""
