/** Rows by id; the text says in one line what is asked of the server. */
export type RowList = Readonly<Record<string, string>>;
