"""Papers as files: fonts, templates, the press."""
