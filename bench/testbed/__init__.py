"""The test bed: a population of mail domains with known verdicts, a small Internet of real name
servers for it, and the runs that measure on it."""
