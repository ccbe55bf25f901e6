/* codepoint.h - which characters change how the text around them is seen. Whoever shows texts of
 * strangers shows these as numbers. Pure. */
#ifndef BASE_CODEPOINT_H
#define BASE_CODEPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True for the controls behind ASCII (C1), marks that change the direction of text, separators of
 * lines, and the byte order mark. ASCII is the caller's. */
static inline bool codepoint_misleads(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x80, 0x9f },     /* controls */
		{ 0x61c, 0x61c },   /* direction */
		{ 0x200e, 0x200f }, /* direction */
		{ 0x2028, 0x202e }, /* line ends, direction */
		{ 0x2066, 0x2069 }, /* direction */
		{ 0xfeff, 0xfeff }, /* byte order mark */
	};
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

#endif
