"""Where it is played: the window, the hands and keyboards, and the light that answers them."""
