"""HR's export, wherever it lies: finding it, getting it whole, putting it away.

- `locations`: what does a company's YAML say of the place?
- `url_settings`: and what if that is a URL?
- `agreed`: what is agreed with HR of how it is sent?
- `sources`: what can be asked of any place? The way in.
- `access`: which of those is a company's, by its settings?
- `sets`: and if several files are one roster, are all there, of one day?
- `changes`: and if files have changes, is the newest one of these, or one with everyone?
- `files`: which file on this machine, and what is in it?
- `meant`: which names of a listing are HR's exports, and which of them are complete?
- `newest`: which of several files is the newest where their names decide?
- `sftp`: how is a file got whole from a server, going on where a download broke off?
- `partial_download`: what has arrived of it?
- `kept`: where is an export that its server took away once it was read?
- `remote_folder`: which of the server's files is meant, and how is one put away?
- `urls`: which file at a URL is it, and how is one got whole and put away?
- `buckets`: what is an object store asked?
- `ftps`: what is an FTPS server asked?
- `web_file`: what is a web address asked?
- `manifest`: is it the file that the one beside it describes?
- `opening`: what are the plain bytes of an export, each file held against its manifest?
- `openpgp`, `gnupg`: what is in an encrypted or signed file, and is it from HR?
- `put_back`: how does HR get the list of what they have to mend?

Does not belong here: how to get into an SFTP server (``resources.ssh``), what a file's bytes mean (``roster.reading``), when a run starts
(``assets.runs``).
"""
