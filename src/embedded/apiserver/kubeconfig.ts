/** The text of a kubeconfig that reaches `server` with a bearer token and trusts only the cluster's own authority. */
export function kubeconfigText(options: { server: string; caCertificatePem: string; token: string; name?: string }): string {
  const name = options.name ?? 'canary-lab';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: options.server, 'certificate-authority-data': Buffer.from(options.caCertificatePem).toString('base64') } },
    ],
    users: [{ name, user: { token: options.token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  // JSON is YAML, and every client reads it.
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
