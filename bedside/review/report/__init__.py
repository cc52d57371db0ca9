"""Reports for the team: a single HTML file with its sound embedded, or an accessible PDF.

They keep recorded facts, computed numbers and the therapist's words apart. Files are written atomically.
"""
