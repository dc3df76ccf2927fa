"""Where an experiment's numbers come from: what a source is asked, and what it reports."""
