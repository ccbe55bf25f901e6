/* privacy.c - by the names of columns. */
#include "input/privacy.h"

void privacy_decide(struct layout *l, bool send_local_parts)
{
	const struct csv_record names = { .text = l->header.size ? l->header.bytes : "",
		.size = l->header.size };
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of_record(&names, &scratch);
	struct csv_field name;
	bool is_of_log = false;
	l->lacks_local_parts = false;
	for (int n = 0; l->has_header && csv_next_field(&fields, &name); n++) {
		is_of_log |= csv_field_is(name, "spf_then");
		l->lacks_local_parts |= n == l->sender &&
		        (csv_field_is(name, "sender_domain") ||
		                csv_field_is(name, "sender_hashed"));
	}
	l->hides_local_parts = l->lacks_local_parts || (is_of_log && !send_local_parts);
	textbuf_fini(&scratch);
}
