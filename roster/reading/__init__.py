"""From the bytes of an HR file to a frame of text, one row a line. In the order in which bytes pass:

- `file`: which kind of file is it? The way in.
- `several`: and if several files are one roster?
- `joining`: what does one of them say of the people in the others?
- `lines`: which file is a line of, and how is it called?
- `naming`: of which day is it by its name? `months`: and what are months called?
- `called`: what of its name may be told?
- `unpacking`: what is in a .gz or .zip, and is it a workbook?
- `foreign`: is it something that is no table at all, and what?
- `decoding`: which characters are the bytes?
- `letters`: do they belong where they stand, or are they another code page's?
- `delimited`: which rows and fields has a text?
- `positions`, `fixed_width`: which characters of a line are which column, where nothing separates them?
- `shifted`: which lines of such a file do not keep to the positions?
- `workbook`: which rows and fields has a sheet?
- `top`, `header`: which line is the header, and what are the columns called?
- `nobody`: which lines are no person's?
- `broken_off`: which of them say that the export broke off?
- `row_counts`: which of them count the rows, and are there as many?
- `malformed`: what may a line say that has not the header's fields?
- `hidden`: how much of a sheet does it not show?
- `formulas`: has every formula of a sheet its result?
- `table`: what must hold of both: header, trailer, rows?

Does not belong here: what a row means (``roster.intake``), where a file comes from (``resources.hr``).
"""
