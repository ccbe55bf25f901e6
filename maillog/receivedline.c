/* receivedline.c - the first comment of a header Received has the client's address. */
#include "maillog/receivedline.h"

/* "[192.0.2.1]" or "[IPv6:2001:db8::1]" at the beginning. */
static bool take_address(struct logtext *t, struct logtext *ip)
{
	struct logtext rest = *t;
	if (!logtext_skip(&rest, LOGTEXT("[")) || !logtext_cut(&rest, ']', ip))
		return false;
	if (ip->size > 5 && !strncasecmp(ip->at, "IPv6:", 5))
		*ip = logtext_behind(*ip, 5);
	for (size_t i = 0; i < ip->size; i++)
		if (!logtext_is_alnum(ip->at[i]) && ip->at[i] != '.' && ip->at[i] != ':')
			return false;
	*t = rest;
	return ip->size > 1 && (logtext_find_char(*ip, '.') || logtext_find_char(*ip, ':'));
}

/* Up to a blank. */
static struct logtext word(struct logtext t)
{
	size_t n = 0;
	while (n < t.size && t.at[n] != ' ' && t.at[n] != '\t' && t.at[n] != ';')
		n++;
	return (struct logtext){ t.at, n };
}

/* Exim: "[192.0.2.1]:25 helo=h.example", in a comment. */
static void read_exim(struct logtext comment, struct receivedline *r, struct logtext name)
{
	static const struct logtext helo = LOGTEXT("helo=");
	const char *at = logtext_find(comment, helo);
	r->client = name.size && name.at[0] != '[' ? name : (struct logtext){ 0 };
	r->helo = at ? word(logtext_between(at + helo.size, logtext_end(comment))) : r->client;
}

/* Behind "from ". */
static bool read_client(struct logtext t, struct receivedline *r, struct logtext *behind)
{
	struct logtext name = word(t), comment, rest, literal = name;
	t = logtext_trim(logtext_behind(t, name.size));
	if (!logtext_skip(&t, LOGTEXT("(")) || !logtext_cut(&t, ')', &comment))
		return false;
	*behind = t;
	rest = comment;
	if (take_address(&rest, &r->ip)) {
		read_exim(rest, r, name);
		return true;
	}
	if (logtext_begins(comment, LOGTEXT("helo=")) && take_address(&literal, &r->ip)) {
		read_exim(comment, r, name);
		return true;
	}
	const char *bracket = logtext_find_char(comment, '[');
	if (!bracket)
		return false;
	rest = logtext_between(bracket, logtext_end(comment));
	r->helo = name;
	r->client = logtext_trim(logtext_between(comment.at, bracket));
	return take_address(&rest, &r->ip);
}

/* "with ESMTPSA": an A at the end says that the client logged in (RFC 3848). */
static bool has_login(struct logtext t)
{
	static const struct logtext with = LOGTEXT(" with ");
	const char *at = logtext_find(t, with);
	if (!at)
		return false;
	struct logtext protocol = word(logtext_between(at + with.size, logtext_end(t)));
	return logtext_find(protocol, LOGTEXT("SMTP")) != NULL &&
	        protocol.at[protocol.size - 1] == 'A';
}

bool receivedline_read(struct logtext text, struct receivedline *r)
{
	static const struct logtext id = LOGTEXT(" id ");
	struct logtext behind;
	*r = (struct receivedline){ 0 };
	text = logtext_trim(text);
	if (!logtext_skip(&text, LOGTEXT("from ")) || !read_client(logtext_trim(text), r, &behind))
		return false;
	const char *semicolon = memrchr(text.at, ';', text.size);
	const char *at = logtext_find(behind, id);
	if (at)
		r->queue_id = word(logtext_between(at + id.size, logtext_end(behind)));
	r->has_login = has_login(behind);
	r->has_time = semicolon &&
	        stamp_take_date(logtext_between(semicolon + 1, logtext_end(text)), &r->stamp);
	return true;
}
