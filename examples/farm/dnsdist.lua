-- dnsdist in front of the recursors: a name always goes to the same one, so the farm has one cache and
-- not a copy for each recursor. The weight is the number of points on the hash's circle: with the
-- default of 1 one recursor gets nearly all.
setLocal("127.0.0.1:5300")
setACL({"127.0.0.0/8"})
newServer({address="127.0.0.1:5301", weight=1000, maxCheckFailures=5, sockets=4})
newServer({address="127.0.0.1:5302", weight=1000, maxCheckFailures=5, sockets=4})
setServerPolicy(chashed)
setMaxUDPOutstanding(65535)
