"""The engine while somebody plays: its process, the wire to it, the sound card, and the baker that works beside it.

The only package of sound with processes, threads and devices. Two processes run for the host: the engine (the card's
thread plays and waits for nothing; the main thread watches card and stage; a third brings instruments) and, while
instruments are missing, the baker. In the stage's process the host has one thread, which alone may wait for an engine.
"""
