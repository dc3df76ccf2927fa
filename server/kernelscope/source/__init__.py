"""Sources of an experiment's numbers: the interface, the commands they obey, and the reports they make."""
