/* cmocka_first.h - cmocka needs these before its own header. */
#ifndef TESTS_CMOCKA_FIRST_H
#define TESTS_CMOCKA_FIRST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
