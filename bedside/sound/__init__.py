"""How it sounds: patches, tables, voices, effects and the engine, alike when live and when rendered."""
