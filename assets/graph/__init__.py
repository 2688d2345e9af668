"""One company's assets, checks, jobs and resources. `build` puts them together."""
