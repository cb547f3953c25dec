/** The request counter in the Prometheus text format. A label value appears with its first request, as client libraries do. */
export class RequestCounter {
  readonly #counts = new Map<boolean, number>();

  add(success: boolean): void { this.#counts.set(success, (this.#counts.get(success) ?? 0) + 1); }

  get text(): string {
    const samples = [...this.#counts].map(([success, count]) => `sample_app_requests_count{success="${success}"} ${count}\n`).join('');
    return `# HELP sample_app_requests_count Requests answered, by whether they succeeded.\n# TYPE sample_app_requests_count counter\n${samples}`;
  }
}
