/** Counts answered requests, for `/metrics`. One per server. */
export class RequestMetrics {
  readonly #counts = new Map<string, number>();
  #inFlight = 0;

  begin(): void {
    this.#inFlight += 1;
  }

  end(labels: { verb: string; group: string; version: string; resource: string; subresource: string; code: number }): void {
    this.#inFlight -= 1;
    const key = `apiserver_request_total{code="${labels.code}",group="${labels.group}",resource="${labels.resource}",subresource="${labels.subresource}",verb="${labels.verb}",version="${labels.version}"}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The Prometheus text format. `objects`: how many of each resource are stored. */
  text(objects: readonly { resource: string; count: number }[]): string {
    return (
      [
        '# HELP apiserver_request_total Requests answered, by verb, resource and HTTP code.',
        '# TYPE apiserver_request_total counter',
        ...[...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, count]) => `${key} ${count}`),
        '# HELP apiserver_current_inflight_requests Requests that are being answered.',
        '# TYPE apiserver_current_inflight_requests gauge',
        `apiserver_current_inflight_requests{request_kind="all"} ${this.#inFlight}`,
        '# HELP apiserver_storage_objects Stored objects, by resource.',
        '# TYPE apiserver_storage_objects gauge',
        ...objects.map(({ resource, count }) => `apiserver_storage_objects{resource="${resource}"} ${count}`),
      ].join('\n') + '\n'
    );
  }
}
