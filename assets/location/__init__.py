"""The code location: many companies, each of which loads by itself.

- `one`: what is one company's graph, or why has it none?
- `broken`: what stands there for a company whose settings cannot be loaded?
- `selection`: which picks of assets are no run?
- `together`: how do all of them make one code location, and how does a run load its own company alone?

Does not belong here: what is in a company's graph (``assets.graph``), what its settings say (``assets.loader``), which folder the companies
are in (``pipelines.definitions``).
"""
