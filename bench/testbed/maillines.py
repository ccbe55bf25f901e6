"""maillines.py - lines as Postfix writes them, about mail that is made up."""

REJECT = (
    "554 5.7.1 <bob@recv.example>: Recipient address rejected: Access denied; "
    "from=<{sender}> to=<bob@recv.example> proto=ESMTP helo=<{helo}>"
)


def stamp(second):
    """A time of November, without a year."""
    clock = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return f"Nov {1 + second // 86400 % 28:2d} {clock}"


def message(i, queue_id, name, ip, sender):
    """The seven lines of a message; 40 of them are of one second."""
    at = stamp(i // 40)
    smtpd = f"{at} mx1 postfix/smtpd[{2000 + i % 50}]:"
    qmgr = f"{at} mx1 postfix/qmgr[55]: {queue_id}:"
    return (
        f"{smtpd} connect from {name}[{ip}]\n"
        f"{smtpd} {queue_id}: client={name}[{ip}]\n"
        f"{at} mx1 postfix/cleanup[77]: {queue_id}: message-id=<{i}.x@y.example>\n"
        f"{qmgr} from=<{sender}>, size=2345, nrcpt=1 (queue active)\n"
        f"{smtpd} disconnect from {name}[{ip}] ehlo=1 mail=1 rcpt=1 data=1 commands=4\n"
        f"{at} mx1 postfix/smtp[99]: {queue_id}: to=<bob@recv.example>, "
        "relay=mx.recv.example[192.0.2.9]:25, delay=0.42, delays=0.1/0/0.2/0.12, "
        "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4F3A)\n"
        f"{qmgr} removed\n"
    )


def reject(i, name, ip, sender, helo):
    """The three lines of a client that is rejected."""
    smtpd = f"{stamp(i // 40)} mx1 postfix/smtpd[{2000 + i % 50}]:"
    return (
        f"{smtpd} connect from {name}[{ip}]\n"
        f"{smtpd} NOQUEUE: reject: RCPT from {name}[{ip}]: "
        f"{REJECT.format(sender=sender, helo=helo)}\n"
        f"{smtpd} disconnect from {name}[{ip}] ehlo=1 mail=1 rcpt=0/1 commands=2/3\n"
    )


LINES_A_MESSAGE, LINES_A_REJECT = 7, 3
