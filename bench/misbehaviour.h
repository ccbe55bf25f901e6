/* misbehaviour.h - how a name server misbehaves: the words that a name tells it by.
 *
 * A label "m-WORD" in the name tells the behaviour, in words of this table and with a number where
 * there stands NN (percent, to 100) or MS (milliseconds, to 60 000): n17.m-loss50.test. What is
 * below such a name behaves as it does. Names without such a label, reverse names among them, are
 * answered well; what is said then is in goodzone.h.
 *
 *     word        by UDP                                          by TCP
 *     ok          the answer                                      the same
 *     silent      nothing                                         nothing
 *     lossNN      NN of 100 questions are lost                    the same
 *     delayMS     each answer comes so late                       the answer at once
 *     slowMS      no answer before so long after the first        the answer at once
 *                 question for that name and type
 *     jitMS       each answer comes up to so late                 the answer at once
 *     servfailMS  SERVFAIL until so long after the first          the same
 *                 question for that name and type
 *     refusedNN   REFUSED for NN of 100 questions                 the same
 *     nx          NXDOMAIN                                        the same
 *     formerr     FORMERR to a question with EDNS, else good      the same
 *     notimp      NOTIMP                                          the same
 *     wrongid     the answer with another id                      the same
 *     junk        random octets behind the right id               the same
 *     tcpfull     truncated                                       the answer
 *     tcpsilent   truncated                                       nothing
 *     tcpslow     truncated                                       an octet a second, and what
 *                                                                 follows on the connection behind
 *     tcpmid      truncated                                       half the message, then the end
 *     tcpclose    truncated                                       the end of the connection
 *     tcpjunk     truncated                                       random octets behind the right id
 *     tcpid       truncated                                       the answer with another id
 *     tcpzero     truncated                                       a message of no octets
 *     tcpother    truncated                                       the answer of another question
 *
 * Chance is a hash of the name, the type and how often they were asked: with the same questions a
 * run repeats. What was asked is remembered for the whole process, for a million names and types.
 * Nothing is sent here. Single thread. */
#ifndef BENCH_MISBEHAVIOUR_H
#define BENCH_MISBEHAVIOUR_H

#include "goodzone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MISBEHAVIOUR_MS_MAX = 60000 };

/* What is said to a question. */
struct misbehaviour_reply {
	bool is_said;      /* or nothing is sent */
	size_t size;       /* octets of the message that are sent */
	size_t framed;     /* by TCP: what its length says, which may be more */
	uint32_t delay_ms; /* by UDP */
	bool is_slow;      /* by TCP: an octet a second from here on */
	bool ends; /* by TCP: nothing follows; said nothing: at once, whatever was not sent yet */
};

/* The reply to a question that came at `now_ms`, by TCP or by UDP; the message is written to `out`,
 * of GOODZONE_ANSWER_BYTES. A word that is not in the table ends the process with status 2: nobody
 * shall take its answers for those of a behaviour. */
struct misbehaviour_reply misbehaviour_reply(
        const struct goodzone_question *q, uint32_t now_ms, bool by_tcp, uint8_t *out);

/* Prints the words to standard output, one a line, with NN or MS behind. */
void misbehaviour_print_words(void);

#endif
