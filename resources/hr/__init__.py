"""HR's export, wherever it lies: finding it, getting it whole, putting it away.

- `locations`: what does a company's YAML say of the place?
- `sources`: what can be asked of any place? The way in.
- `access`: which of those is a company's, by its settings?
- `sets`: and if several files are one roster, are all there, of one day?
- `changes`: and if files have changes, is the newest one of these, or one with everyone?
- `files`: which file on this machine, and what is in it?
- `newest`: which of several files is the newest where their names decide?
- `sftp`: how is a file got whole from a server, going on where a download broke off?
- `kept`: where is an export that its server took away once it was read?
- `remote_folder`: which of the server's files is meant, and how is one put away?
- `put_back`: how does HR get the list of what they have to mend?

Does not belong here: how to get into an SFTP server (``resources.ssh``), what a file's bytes mean (``roster.reading``), when a run starts
(``assets.runs``).
"""
