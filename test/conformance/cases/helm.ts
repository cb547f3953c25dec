import { type ConformanceCase, commandCase as c } from '../conformance-case.ts';

/** One release through its life, with one version of helm. Rows have the same names for both. */
function lifeOf(helm: 'helm3' | 'helm4'): ConformanceCase[] {
  const ns = helm;
  const row = (name: string): string => `${helm}/${name}`;
  const get = (what: string, path: string): string => `kubectl get ${what} -n ${ns} -o 'jsonpath=${path}'`;
  return [
    c(
      `${helm}-version`,
      [helm === 'helm4' ? row('version-and-list') : row('install-wait')],
      [`${helm} version`],
      helm === 'helm4' ? /v4\./ : /v3\./,
      'newest',
    ),
    c(
      `${helm}-install`,
      [row('install-wait'), row('hooks'), ...(helm === 'helm4' ? [row('crds')] : [])],
      [`${helm} install r {fixtures}/chart -n ${ns} --create-namespace --wait --timeout 60s`],
      /STATUS: deployed\nREVISION: 1/,
      'newest',
    ),
    c(`${helm}-hook-gone`, [row('hooks')], [`kubectl get jobs -n ${ns}`], /^No resources found/, 'newest'),
    c(
      `${helm}-list`,
      [helm === 'helm4' ? row('version-and-list') : row('status')],
      [`${helm} list -A --no-headers`],
      new RegExp(`^r\\s+${ns}\\s+1\\s+.*deployed\\s+shop-0\\.1\\.0`, 'm'),
      'newest',
    ),
    c(`${helm}-custom-resource`, [row('install-wait')], [get('bulb r', '{.spec.watts}')], /^40$/, 'newest'),
    c(
      `${helm}-status`,
      [row('status')],
      [helm === 'helm3' ? `${helm} status r -n ${ns} --show-resources` : `${helm} status r -n ${ns}`],
      /==> v1\/Deployment\nNAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\nr\s+2\/2/,
      'newest',
    ),
    c(
      `${helm}-upgrade`,
      [row('upgrade-rollback')],
      [`${helm} upgrade r {fixtures}/chart -n ${ns} --set image=nginx:1.26,replicas=1,extra= --wait --timeout 60s`, get('cm r', '{.data}')],
      /REVISION: 2[\s\S]*\{"kept":"1"\}$/,
      'newest',
    ),
    c(
      `${helm}-upgraded`,
      [row('upgrade-rollback')],
      [get('deploy r', '{.spec.replicas} {.spec.template.spec.containers[0].image}')],
      /^1 nginx:1\.26$/,
      'newest',
    ),
    c(
      `${helm}-rollback`,
      [row('upgrade-rollback')],
      [`${helm} rollback r 1 -n ${ns} --wait`, get('cm r', '{.data.extra}')],
      /Rollback was a success! Happy Helming!\nyes-please$/,
      'newest',
    ),
    c(
      `${helm}-history`,
      [row('upgrade-rollback')],
      [`${helm} history r -n ${ns}`],
      /1\s+.*superseded[\s\S]*3\s+.*deployed\s+shop-0\.1\.0\s+Rollback to 1/,
      'newest',
    ),
    c(`${helm}-test`, [helm === 'helm4' ? row('test') : row('hooks')], [`${helm} test r -n ${ns}`], /Phase:\s+Succeeded/, 'newest'),
    c(`${helm}-get-manifest`, [row('status')], [`${helm} get manifest r -n ${ns}`], /kind: Deployment[\s\S]*kind: Bulb/, 'newest'),
    c(
      `${helm}-template-dry-run`,
      [row('install-wait')],
      [`${helm} template r {fixtures}/chart -n ${ns} --dry-run=server`],
      /kind: Deployment/,
      'newest',
    ),
    ...(helm === 'helm4'
      ? [
          c(
            'helm4-manager',
            ['helm4/install-wait'],
            [
              `kubectl get cm r -n ${ns} --show-managed-fields -o 'jsonpath={.metadata.managedFields[0].manager} {.metadata.managedFields[0].operation}'`,
            ],
            /^helm Apply$/,
            'newest',
          ),
        ]
      : []),
    c(
      `${helm}-not-ready`,
      [row('install-wait')],
      [`${helm} install bad {fixtures}/chart -n ${ns} --set image=bad --wait --timeout 4s`],
      helm === 'helm4' ? /not ready\. status: InProgress/ : /context deadline exceeded|timed out waiting for the condition/,
      'newest',
    ),
    c(
      `${helm}-uninstall`,
      [row('uninstall-wait')],
      [`${helm} uninstall r -n ${ns} --wait`, `kubectl get deploy,svc,bulb r -n ${ns}`],
      /release "r" uninstalled\n[\s\S]*NotFound/,
      'newest',
    ),
  ];
}

export const helmCases: readonly ConformanceCase[] = [...lifeOf('helm3'), ...lifeOf('helm4')];
