/** A terminal: where it is written to, and the size that it has now. */
export interface Screen {
  write(text: string): void;
  readonly columns: number;
  readonly rows: number;
}
