"""What an HR file that nobody has described seems to be: for ``rollcall map``.

`propose` is the way in: `sniffing` (how it reads) → `recognising` (which column is what, with the words of `headings`) → `relations` (how
columns hang together). Guesses, each with how sure it is; nothing here is on the way of a run.
"""
