"""What is played: pure values and functions of the standard library and numpy, without clock, file or device."""
