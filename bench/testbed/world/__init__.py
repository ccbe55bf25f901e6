"""A world of mail domains: its DNS data, its clients, and what a receiving mail server must find
out about each pair of them.

Everything follows from a seed. A domain, a provider or a client is made from its number alone,
whenever it is needed, so a million domains need no memory. Verdicts are known by construction: a
record is built from directives that know which clients they let pass. No SPF text is parsed and no
DNS is asked here."""
