# What every folder's CMakeLists.txt uses: one static library per folder, the same warnings for all.

add_library(house INTERFACE)
target_include_directories(house INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(house INTERFACE _GNU_SOURCE)
# A row of a table may leave its last members out: that is their default.
target_compile_options(house INTERFACE
	-Wall -Wextra -Wshadow -Wconversion -Wno-missing-field-initializers -fno-strict-aliasing)

# What stands against an attacker who found a fault, in optimised builds; tests/hardening.py says
# how it shows in the program. FORTIFY needs optimisation, and the sanitizers have better checks.
# Measured: 2.5 % more instructions for a scan of 20 000 rows by the forward engine, 0.2 % for the
# hot pieces of bench/micro, whose times cannot be told apart; FORTIFY 3 costs as much as 2.
if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
	set(SPFSWEEP_IS_HARDENED TRUE)
	target_compile_options(house INTERFACE
		-fPIE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
	target_link_options(house INTERFACE -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()

# With link-time optimisation the objects hold ordinary code, too: tests/ links that.
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
	target_compile_options(house INTERFACE -ffat-lto-objects)
endif()

set(SPFSWEEP_SANITIZE "" CACHE STRING "Sanitizers to build with, as for -fsanitize=")
if(SPFSWEEP_SANITIZE)
	target_compile_options(house INTERFACE
		-fsanitize=${SPFSWEEP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(house INTERFACE -fsanitize=${SPFSWEEP_SANITIZE})
endif()

# house_library(NAME SOURCES ... FLOORS ... PRIVATE ...): FLOORS are the folders below it, PRIVATE
# the external libraries that one of its files uses.
function(house_library name)
	cmake_parse_arguments(arg "" "" "SOURCES;FLOORS;PRIVATE" ${ARGN})
	add_library(${name} STATIC ${arg_SOURCES})
	target_link_libraries(${name} PUBLIC house ${arg_FLOORS} PRIVATE ${arg_PRIVATE})
endfunction()
