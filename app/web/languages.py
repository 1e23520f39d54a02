"""Name the languages of the interface."""

FRENCH = "fr"
LANGUAGES = (FRENCH, "en")
