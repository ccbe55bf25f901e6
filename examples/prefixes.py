#!/usr/bin/python3
"""prefixes.py ADDRESS - every network that holds an address, as CSV with one column: what
trust.sql joins with."""

import ipaddress
import sys

address = ipaddress.ip_address(sys.argv[1])
print("network")
for bits in range(address.max_prefixlen + 1):
    print(ipaddress.ip_network((address, bits), strict=False))
