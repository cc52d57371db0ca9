"""An instrument that a child plays in a hospital bed, and the record that a music therapist learns from."""

import os

# Matrices here are a few kilobytes: a second BLAS thread only makes late blocks, and would change the bits of a replay.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_name] = "1"

# Standard output is only for the output that was asked for.
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"

__version__ = "0.1.0"
