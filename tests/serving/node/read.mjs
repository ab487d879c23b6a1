// Reads a published DuckDB file with DuckDB's own Node client and prints, as JSON, what a table says: node read.mjs FILE TABLE
import { DuckDBInstance } from '@duckdb/node-api';

const [file, table] = process.argv.slice(2);
const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY', enable_external_access: 'false' });
const connection = await instance.connect();
const rows = await connection.runAndReadAll(`select * from "${table}" order by all limit 6`);
const named = async (sql) => Object.fromEntries((await connection.runAndReadAll(sql)).getRows());
console.log(JSON.stringify({
  types: Object.fromEntries(rows.columnNames().map((name, n) => [name, rows.columnType(n).toString()])),
  rows: rows.getRowsJson(),
  tableComments: await named('select table_name, comment from duckdb_tables()'),
  columnComments: await named(`select column_name, comment from duckdb_columns() where table_name = '${table}'`),
}));
