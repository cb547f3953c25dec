/** The curl command that sends a request to the ingress, whose address stands as `INGRESS`. */
export function curlWords(
  request: { host: string; path: string; headers?: Readonly<Record<string, string>> | undefined },
  ingress = 'INGRESS',
): string[] {
  const headers = Object.entries(request.headers ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  return ['curl', '-s', '-H', `Host: ${request.host}`, ...headers, `${ingress}${request.path}`];
}
