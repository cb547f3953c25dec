/** What is wrong with a request to the query API: `errorType` as its JSON answer names it. */
export class QueryError extends Error {
  readonly errorType: 'bad_data' | 'execution';

  constructor(errorType: 'bad_data' | 'execution', message: string) {
    super(message);
    this.name = 'QueryError';
    this.errorType = errorType;
  }
}

export const parseError = (text: string): QueryError => new QueryError('bad_data', `parse error: ${text}`);
export const executionError = (text: string): QueryError => new QueryError('execution', text);
