/** What a request wants to do, as an authorizer sees it: k8s.io/apiserver/pkg/authorization/authorizer Attributes. */
export interface ResourceAttributes {
  verb: string;
  group: string;
  resource: string;
  subresource?: string | undefined;
  namespace?: string | undefined;
  name?: string | undefined;
}

export interface NonResourceAttributes {
  verb: string;
  path: string;
}
