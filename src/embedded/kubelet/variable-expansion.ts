import { ownValue } from '../../base/own-value.ts';
/**
 * Replaces `$(NAME)` by the variable's value; `$$` stands for `$`, and an unknown name stays as it is.
 * Models k8s.io/kubernetes/third_party/forked/golang/expansion.
 */
export function expandVariables(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return ownValue(env, name) ?? whole;
  });
}
