"""One plain page for the team: one HTML file that plays its own sound anywhere, or a PDF that can be read aloud.

What was recorded, what is computed and what the therapist wrote stand apart in it. A file is written whole or not at
all.
"""
