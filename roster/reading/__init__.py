"""From the bytes of an HR file to a frame of text, one row a line.

`file` is the way in. In the order in which bytes pass: `unpacking` (.gz, .zip) → `decoding` (bytes → text) → `delimited` or `workbook`
(text or sheet → frame) → `table` (what must hold of both). Does not belong here: what a row means (``roster.intake``).
"""
