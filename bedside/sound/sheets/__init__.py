"""Portraits of instruments, by which ears and eyes judge each in a minute: a sound file and a page of measurements.

Offline work for `bedside sounds --sheet`: it may take its time, and nothing that plays live imports it.
"""
