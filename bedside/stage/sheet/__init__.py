"""The staff's sheet at the bed: everything that staff choose, in words and pictures, by touch alone.

Its own few widgets, tiles in a grid, not `pygame_gui`: that hears only the mouse, which is silent for fingers here,
draws a page in one piece, and has no least size for a target in millimetres.
"""
