#ifndef CDUCKDB_H
#define CDUCKDB_H
/* The few DuckDB declarations that Swift cannot spell: structs that cross the C boundary by value, and the types of the
   functions that take them. No function is declared: the library is found at run time, and each is reached by dlsym. */
#include <stdint.h>

/* A result of 48 bytes. Only internal_data is in use; the rest keeps its place for old callers. */
typedef struct {
    uint64_t unused_column_count;
    uint64_t unused_row_count;
    uint64_t unused_rows_changed;
    void *unused_columns;
    char *unused_error_message;
    void *internal_data;
} duckdb_result;

/* Microseconds since 1970-01-01, UTC. */
typedef struct {
    int64_t micros;
} duckdb_timestamp;

/* duckdb_fetch_chunk: the next chunk, owned by the caller, or NULL at the end and after an error. */
typedef void *(*martlet_duckdb_fetch_chunk)(duckdb_result result);

/* duckdb_bind_timestamp: 0 is success; the index counts from 1. */
typedef int (*martlet_duckdb_bind_timestamp)(void *statement, uint64_t index, duckdb_timestamp value);

#endif
