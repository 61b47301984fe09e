#ifndef CDUCKDB_H
#define CDUCKDB_H
/* The few DuckDB declarations that Swift cannot spell: structs passed by value. Everything else is reached by dlsym. */
#include <stdint.h>
#endif
