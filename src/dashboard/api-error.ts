import type { WireError } from './wire.ts';

/** The gRPC codes that the REST gateway answers with, and their HTTP codes. */
const HTTP_STATUS = { 2: 500, 3: 400, 5: 404, 7: 403, 12: 501, 16: 401 } as const;

/** A failure in the form of upstream's REST gateway. Whatever Kubernetes says arrives there as code 2. */
export class ApiError extends Error {
  readonly code: keyof typeof HTTP_STATUS;

  constructor(code: keyof typeof HTTP_STATUS, message: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
  }

  get httpStatus(): number {
    return HTTP_STATUS[this.code];
  }
  get body(): WireError {
    return { code: this.code, message: this.message };
  }

  static of(error: unknown): ApiError {
    return error instanceof ApiError ? error : new ApiError(2, error instanceof Error ? error.message : String(error));
  }
}
