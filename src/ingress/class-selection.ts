import type { Ingress, IngressClass } from '../kube/generated/types.ts';

export interface ClassFlags {
  /** `--controller-class`: the `spec.controller` of our IngressClasses. */
  controllerClass: string;
  /** `--ingress-class`: the value of the old annotation. */
  ingressClass: string;
  /** `--watch-ingress-without-class`. */
  watchWithoutClass: boolean;
}

export const DEFAULT_CLASS_FLAGS: ClassFlags = { controllerClass: 'k8s.io/ingress-nginx', ingressClass: 'nginx', watchWithoutClass: false };

/** Whether this controller handles the Ingress: by its class name, else by the old annotation, else only when class-less ones are watched. */
export function isOurs(ingress: Ingress, findClass: (name: string) => IngressClass | undefined, flags: ClassFlags): boolean {
  const className = ingress.spec.ingressClassName;
  if (className !== undefined && className !== '') return findClass(className)?.spec.controller === flags.controllerClass;
  const annotation = ingress.metadata.annotations?.['kubernetes.io/ingress.class'];
  if (annotation !== undefined && annotation !== '') return annotation === flags.ingressClass;
  return flags.watchWithoutClass;
}
