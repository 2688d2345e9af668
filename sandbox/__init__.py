"""Expensify's Integration Server and Findity's Admin API on loopback: for the demo, for the tests and for a first look.

Built from the vendors' documents, not from our clients, so that it cannot agree with a mistake of theirs. Every behaviour says in a comment
what it rests on: [D] the vendor's own documentation, [O] observed live by a third party, [S] a single secondary page, [2] second-hand,
[I] inference, [?] looked for and not found. E1 to E5 are sources on Expensify, F1 to F3 on Findity: E1 the vendor's API reference, E2 its
help site, E3 a client with recorded replies, E4 a client's live checks; F1 developer pages, F2 reference pages, F3 notes on the live API.
Where the documents are silent the behaviour is a switch with a stated default (`sandbox.switches`).

Does not belong here: anything imported from the other rooms.
"""
