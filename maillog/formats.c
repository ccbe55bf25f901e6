/* formats.c - the table of formats. --log auto tries them in this order. */
#include "maillog/formats.h"

#include "maillog/exim.h"
#include "maillog/mbox.h"
#include "maillog/policydspf.h"
#include "maillog/postfix.h"
#include "maillog/rspamd.h"

static const struct log_format *const formats[] = {
	&postfix_format,
	&exim_format,
	&policydspf_format,
	&rspamd_format,
	&mbox_format,
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

const struct log_format *log_format_at(unsigned i)
{
	return i < FORMATS ? formats[i] : NULL;
}

const struct log_format *log_format_find(const char *name)
{
	for (unsigned i = 0; i < FORMATS; i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}
