"""The live engine: its process, the wire to it, the sound card, and the baker.

The only package of sound with processes, threads and devices. The host runs two kinds of process. In an engine, the
card's thread plays and never waits, the main thread watches the card and the stage, and a third delivers instruments.
The baker runs while instruments are missing. In the stage's process the host has one thread, the only one that may
wait for an engine.
"""
