"""One plain page for the team: HTML in one file that plays its sound anywhere, or a PDF that can be read aloud."""
