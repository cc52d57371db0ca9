"""The therapist's pages: served on this machine only, to whoever knows the staff code."""
