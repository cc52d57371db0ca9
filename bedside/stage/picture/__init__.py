"""What is seen: scene, light, controls and panels, drawn from what the engine performed.

Drawn on the loop's thread within one frame. What takes longer is made by one thread of its own, in `atelier`.
"""
