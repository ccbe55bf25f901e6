# What every folder's CMakeLists.txt uses: one static library per folder, the same warnings for all.

add_library(house INTERFACE)
target_include_directories(house INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(house INTERFACE _GNU_SOURCE)
target_compile_options(house INTERFACE -Wall -Wextra -Wshadow -Wconversion -fno-strict-aliasing)

set(SPFSWEEP_SANITIZE "" CACHE STRING "Sanitizers to build with, as for -fsanitize=")
if(SPFSWEEP_SANITIZE)
	target_compile_options(house INTERFACE -fsanitize=${SPFSWEEP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(house INTERFACE -fsanitize=${SPFSWEEP_SANITIZE})
endif()

# house_library(NAME SOURCES ... FLOORS ... PRIVATE ...): FLOORS are the folders below it, PRIVATE
# the external libraries that one of its files uses.
function(house_library name)
	cmake_parse_arguments(arg "" "" "SOURCES;FLOORS;PRIVATE" ${ARGN})
	add_library(${name} STATIC ${arg_SOURCES})
	target_link_libraries(${name} PUBLIC house ${arg_FLOORS} PRIVATE ${arg_PRIVATE})
endfunction()
