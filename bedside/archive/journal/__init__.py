"""The journal: append-only files, sealed frame by frame, that are the truth about everything played and typed.

Who writes needs no secret and waits for nothing but the disk. Who reads judges every frame by itself, and is told what
is damaged, cut short or missing. A record is a JSON list; this room knows nothing of music and nothing of SQL.
"""
