"""Findity's Expense API, as one person: their account, their settings, and whom they may act for.

`client` (the calls) · `answers` (what comes back, as types) · `refusals` (each of the vendor's error codes as a type) · `fields` (settings
in the fields format) · `tokens` (a person's tokens, renewed) · `kept` (where they are kept) · `sign_in` (getting the first ones in a
browser) · `person_ids` (what a sync may ask of it). No nightly run needs any of it.

What the API does is known from one page of the vendor's, on users. Where that is silent, several forms are understood.
"""
