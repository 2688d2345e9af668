"""What an HR file that nobody has described seems to be, for ``rollcall map``: guesses, each with a confidence and a reason.

- `propose`: what is guessed, in which order? The way in.
- `dated_name`: which day stands in its name, and how is it found on other days?
- `sniffing`: how does the file read: encoding, delimiter, header, sheet?
- `widths`: at which characters of a line are columns that nothing separates?
- `surroundings`: on which line is the header, and what stands under the rows?
- `recognising`: what does one column hold, by its heading and its cells?
- `substitutes`: what stands in for a column that the file does not have?
- `belonging`: by which column are people divided among policies or units?
- `headings` (and ``headings.yaml``): what does a heading mean, in HR's languages?
- `relations`: what do two columns or two rows tell: the key, the manager, the history, the jobs?
- `sources`: what is known of the exports of one HR system (a YAML file each)?
- `mapped`: what is a destination's part of the YAML drafted from?

Does not belong here: the YAML that is written of it (``assets.draft``), and anything that a run does.
"""
