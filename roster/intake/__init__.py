"""From rows to people, with every row accounted for, and the gate that stops a file. In the order in which rows pass:

- `take_in`: which steps, and what became of every row? The way in.
- `counts`: how many rows became what, and what else is counted of a file?
- `changes`: of a file of changes, what is the roster then? `sequence`: may it follow the last one?
- `damage`: what have machines done to values, and what of it can be put right?
- `garbling`: do letters lack in a text, or stand others in their place?
- `mapping`: which canonical column is which of HR's, and which cells cannot be read out of it?
- `uncovered`: which cells of a status does a `default` not stand for?
- `whole_names`: which part of a whole name is which, and which ways of writing are one name?
- `addresses`: what is the e-mail address in a cell that has more?
- `dates`: which day is meant, and is it meant at all?
- `employed`: who is employed on the day, and which day is it where they work?
- `current_rows`: which rows make the people, after all that follows?
- `history`: which of a person's rows counts, and which contradict each other?
- `jobs`: which of several current rows of a person makes the person, and what do the others give?
- `leavers`: what is asked of a row that says that somebody has left?
- `renumbered`: who has another number now, by the settings?
- `validation`: what may a canonical column hold, and what does a bad value cost?
- `nothings`: which words say that there is nothing?
- `no_names`: what in a name's cell is no name?
- `numbers`: what in the number's cell is something else, and which numbers are shown?
- `phones`: what is a phone number, and how is it written for the world?
- `accounts`: what is an account number, and what a bank's code? `countries`: which two letters are a country's?
- `amounts`: what is an amount of money, however it is written?
- `private` (and ``private.yaml``): which columns are none of an expense tool's business?
- `scope`: who is Rollcall's to keep in step?
- `links`: whose manager is who?
- `references`: how many managers are somebody, and how many people have none?
- `faults`: how is a reject or a dropped value reported?
- `standing`: how many are active, on leave, left and pending?
- `facts`: what is known of a file as a whole, and how is that kept?
- `largest`: what were the greatest figures of the files of one week?
- `joined`: where rows come of two files, what became of the lines of both?
- `by_file`: is one of several files far from the last one?
- `gate`: may the file be used at all, by its figures and the last one's?

Does not belong here: bytes (``roster.reading``), who somebody is at a destination (``roster.people``).
"""
