/* event.c - the words of events. */
#include "maillog/event.h"

const char *mail_event_text(enum mail_event_kind kind)
{
	static const char *const texts[] = { "message", "reject", "connect" };
	return texts[kind];
}
