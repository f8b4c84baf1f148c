"""A plan's text → proposed measures, each with the words it came from. Rules only: no network, no model.

`reading.read_text` takes a text, `sources.open_source` a file's bytes; both speak of characters of the
original text, so that every proposal can be lit up where it stands.
"""
