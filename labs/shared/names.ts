// The names that every lab uses for the same things.
export const ns = 'sample-app';
export const app = { namespace: ns, name: 'sample-app' };
export const canaryService = { namespace: ns, name: 'sample-app-canary' };
/** The Rollouts controller names it after the Rollout and the stable Ingress. */
export const canaryIngress = { namespace: ns, name: 'sample-app-sample-app-canary' };
export const sampleAppImage = 'ghcr.io/canary-lab/sample-app';

export const appRequest = { host: 'sample.app', path: '/success' };
export const withHeader = (value: string) => ({ ...appRequest, headers: { 'X-Canary': value } });
export const nginx = (name: string): string => `nginx.ingress.kubernetes.io/${name}`;

/** How often a correct split may be called wrong. */
export const ERROR_RATE = 1e-6;

export const note = (id: string, en: string, ko: string) => ({ id, text: { en, ko } });
