// SPDX-License-Identifier: MIT
// `sqlite N`: a data base in memory with N orders: inserted, indexed, joined, grouped and updated.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static sqlite3* base;

static int print_row(void* unused, int columns, char** values, char** names) {
  (void)unused, (void)names;
  for (int i = 0; i < columns; ++i) printf("%s%s", values[i], i + 1 < columns ? " " : "\n");
  return 0;
}

static void execute(const char* statement) {
  char* error = NULL;
  if (sqlite3_exec(base, statement, print_row, NULL, &error) == SQLITE_OK) return;
  fprintf(stderr, "sqlite: %s: %s\n", statement, error);
  exit(1);
}

static void insert(long count) {
  sqlite3_stmt* row = NULL;
  sqlite3_prepare_v2(base, "insert into orders values (?, ?, ?, ?)", -1, &row, NULL);
  unsigned seed = 1;
  for (long i = 0; i < count; ++i) {
    seed = seed * 1664525u + 1013904223u;
    char note[32];
    const int length = snprintf(note, sizeof note, "note %u", seed >> 12);
    sqlite3_bind_int64(row, 1, i);
    sqlite3_bind_int(row, 2, (int)(seed >> 8) % 500);
    sqlite3_bind_double(row, 3, (seed >> 16) / 7.0);
    sqlite3_bind_text(row, 4, note, length, SQLITE_TRANSIENT);
    if (sqlite3_step(row) != SQLITE_DONE) exit(1);
    sqlite3_reset(row);
  }
  sqlite3_finalize(row);
}

int main(int argc, char** argv) {
  if (argc != 2 || sqlite3_open(":memory:", &base) != SQLITE_OK) return 2;
  execute("create table orders (id integer primary key, client int, amount real, note text)");
  execute("create table clients (id integer primary key, name text)");
  execute("begin");
  insert(atol(argv[1]));
  execute(
      "with recursive n(i) as (select 0 union all select i + 1 from n where i < 499) "
      "insert into clients select i, 'client ' || i from n");
  execute("commit");
  execute("create index by_client on orders (client, amount)");
  execute(
      "select name, count(*), round(sum(amount), 2) from orders join clients on client = "
      "clients.id "
      "group by client order by 3 desc limit 5");
  execute("update orders set amount = amount * 1.07 where client % 3 = 0");
  execute("select count(*), round(avg(amount), 3) from orders where note like '%77%'");
  execute("select count(distinct substr(note, 6, 3)) from orders");
  sqlite3_close(base);
  return 0;
}
