"""The frozen program: the command ``bedside``, and its other processes."""

import bedside.__main__  # noqa: F401 - it runs whichever is asked for
