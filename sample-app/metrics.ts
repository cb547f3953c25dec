/** The request counter in the Prometheus text format. Both label values exist from the start, so that a rate sees the first request too. */
export class RequestCounter {
  readonly #counts = new Map([
    [true, 0],
    [false, 0],
  ]);

  add(success: boolean): void {
    this.#counts.set(success, (this.#counts.get(success) ?? 0) + 1);
  }

  get text(): string {
    const samples = [...this.#counts].map(([success, count]) => `sample_app_requests_count{success="${success}"} ${count}\n`).join('');
    return `# HELP sample_app_requests_count Requests answered, by whether they succeeded.\n# TYPE sample_app_requests_count counter\n${samples}`;
  }
}
