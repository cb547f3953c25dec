export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** The options of a write that come with the request. */
export interface WriteQuery {
  dryRun: boolean;
  fieldValidation: FieldValidation;
  fieldManager?: string;
  /** Server-side apply only: take ownership of fields in conflict. */
  force?: boolean;
}
