/* replay.h - the engine that answers from a record (docs/record.md), and asks nobody.
 *
 * It has every answer at hand, and each is that of one row: so it is asked by resolver_ask()
 * itself, with the row's number, and there are no flights and no cache of the resolver's. An answer
 * is made from its line when it is first wanted, and kept for the rows for which the line holds; a
 * compiled SPF record stays with it.
 *
 * What the record does not have is ANSWER_NOT_RECORDED. */
#ifndef RESOLVER_REPLAY_REPLAY_H
#define RESOLVER_REPLAY_REPLAY_H

#include "resolver/engine.h"

/* The configuration's `source` is a const struct recorded (resolver/recorded.h). */
extern const struct engine_type replay_engine;

#endif
