/** Whether a cluster runs on this machine, told by its API server's address and its nodes, not by the context's name. */
export function isLocalCluster(
  server: string,
  nodes: readonly { metadata?: { labels?: Record<string, string> }; spec?: { providerID?: string } }[],
): boolean {
  const { hostname } = new URL(server);
  if (/^(localhost|127(\.\d+){3}|\[::1\]|kubernetes\.docker\.internal|host\.docker\.internal)$/.test(hostname)) return true;
  return (
    nodes.length > 0 &&
    nodes.every(
      ({ metadata, spec }) => metadata?.labels?.['minikube.k8s.io/name'] !== undefined || spec?.providerID?.startsWith('kind://') === true,
    )
  );
}
