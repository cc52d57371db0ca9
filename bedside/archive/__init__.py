"""What is kept: the recorder, the encrypted store, and the ways in and out.

Whatever is recorded or written passes through here. The recorder has one thread, which alone waits for the disk while
somebody plays.
"""
