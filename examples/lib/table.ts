/** A table for the terminal and for the report. */
export interface Table {
  readonly title?: string;
  readonly columns: readonly Column[];
  /** A number is shown by its column's digits; a missing value as a dash. */
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly name: string;
  /** Shown in brackets after the name. */
  readonly unit?: string;
  /** Significant digits of its numbers, 3 by default. */
  readonly digits?: number;
}

export type Cell = string | number | null | undefined;

/** Columns side by side: words to the left, numbers to the right. */
export function formatTable(table: Table): string {
  const head = table.columns.map(columnTitle);
  const body = table.rows.map((row) => table.columns.map((column, k) => cellText(row[k], column)));
  const widths = head.map((title, k) => Math.max(title.length, ...body.map((row) => row[k]!.length)));
  const right = table.columns.map((_, k) => isNumeric(table, k));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, k) => (right[k] ? cell.padStart(widths[k]!) : cell.padEnd(widths[k]!)))
      .join("   ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("───");
  return [...(table.title === undefined ? [] : [table.title]), line(head), rule, ...body.map(line)].join("\n");
}

/** `name (unit)`. */
export function columnTitle(column: Column): string {
  return column.unit === undefined ? column.name : `${column.name} (${column.unit})`;
}

/** Whether a column holds numbers only (gaps allowed), and so stands to the right. */
export function isNumeric(table: Table, column: number): boolean {
  const cells = table.rows.map((row) => row[column]).filter((cell) => cell !== undefined && cell !== null);
  return cells.length > 0 && cells.every((cell) => typeof cell === "number");
}

/** A cell as it is read. */
export function cellText(cell: Cell, column: Column): string {
  if (cell === undefined || cell === null) return "–";
  return typeof cell === "number" ? formatNumber(cell, column.digits) : cell;
}

/** Significant digits; an exponent below 0.001 and from a million on. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0 || (Number.isSafeInteger(value) && Math.abs(value) < 1e6)) return String(value);
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(digits - 1);
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals);
}
