"""Tables that come in as .xlsx or .csv, and workbooks that go out."""
