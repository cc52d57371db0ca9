"""The journal: append-only files, sealed frame by frame, that are the truth about everything played and typed."""
