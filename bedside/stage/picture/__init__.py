"""The picture: the scene, its lights, the controls and the panels, drawn from what the engine performed.

The loop's thread draws, within one frame. A background thread, `worker`, makes whatever takes longer.
"""
