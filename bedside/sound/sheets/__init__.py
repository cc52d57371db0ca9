"""Sheets to judge each instrument by in a minute: a sound file and a page of measurements.

Offline work for `bedside sounds --sheet`: it may take its time, and nothing that plays live imports it.
"""
