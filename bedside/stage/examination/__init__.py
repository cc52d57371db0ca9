"""The examination of a machine, probe by probe; a fault of the machine is an answer, never an error.

Probes run in a process of their own, because a driver may crash or hang it. Each says what it could not find out. They
make no sound and record nothing.
"""
