"""From rows to people, with every row accounted for, and the gate that stops a file.

`take_in` is the way in. In the order in which rows pass: `dating` (which day) → `mapping` (HR's columns → canonical ones) → `validation`
(what they may hold; `phones`, `ibans`) → `history` (which row of a person counts) → `links` (whose manager is who) → `employment`; `faults`
collects what is wrong; `gate` asks whether the file may be used. Does not belong here: bytes (``roster.reading``), who is at a destination.
"""
