"""Reports for the team: a single HTML file with its sound embedded, or an accessible PDF.

They separate what was recorded, what was computed and what the therapist wrote. Files are written atomically.
"""
