import type { ResourceType } from '../../kube/resource-type.ts';

/** What some controllers know about the server besides its API. */
export interface ClusterFacts {
  /** Every type served now that can be listed, watched and deleted; custom ones come and go. */
  resourceTypes(): readonly ResourceType[];
  /** PEM of the CA that signed the API server's certificate. */
  caCertificate: string;
}
