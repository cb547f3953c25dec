// The one table of who may import whom (style guide: imports point down). A folder may always import itself.
// The parser is swc: under TypeScript 7 the default one reads nothing and reports success.
const rooms = {
  'src/base': [],
  'src/kube': ['src/base'],
  'src/traffic': ['src/base'],
  'src/tools': ['src/base'],
  'src/client': ['src/base', 'src/kube'],
  'src/rollouts': ['src/base', 'src/kube'],
  'src/ingress': ['src/base', 'src/kube'],
  'src/embedded/store': ['src/base'],
  'src/embedded/apiserver': ['src/base', 'src/kube', 'src/embedded/store'],
  'src/embedded/snapshots': ['src/base', 'src/kube', 'src/embedded/store', 'src/embedded/apiserver/storage-key.ts'],
  'src/embedded/controllers': ['src/base', 'src/kube', 'src/rollouts(?!/commands)'],
  'src/embedded/scheduler': ['src/base', 'src/kube', 'src/embedded/controllers/controller.ts'],
  'src/embedded/network': ['src/base', 'src/kube'],
  'src/embedded/metrics': ['src/base', 'src/kube'],
  'src/embedded/images': [
    'src/base',
    'src/kube',
    'src/rollouts(?!/commands)',
    'src/ingress',
    'sample-app',
    'src/embedded/controllers',
    'src/embedded/metrics',
    'src/embedded/network',
  ],
  'src/embedded/kubelet': [
    'src/base',
    'src/kube',
    'src/embedded/network',
    'src/embedded/images',
    'src/embedded/controllers/controller.ts',
    'src/embedded/apiserver/node-agent.ts',
  ],
  'src/embedded/[^/]+\\.ts': ['src/base', 'src/kube', 'src/rollouts(?!/commands)', 'src/ingress', 'sample-app', 'src/embedded'],
  'src/cluster/[^/]+\\.ts': ['src/base', 'src/kube', 'src/client', 'src/tools', 'src/cluster/failures'],
  'src/cluster/failures': [],
  'src/cluster/providers/embedded': ['src/base', 'src/kube', 'src/client', 'src/tools', 'src/cluster/[^/]+\\.ts', 'src/embedded'],
  'src/cluster/providers/(?!embedded)[^/]+': ['src/base', 'src/kube', 'src/client', 'src/tools', 'src/cluster/[^/]+\\.ts'],
  'src/harness/renderers': ['src/base', 'src/harness'],
  'src/harness(?!/renderers)': ['src/base', 'src/kube', 'src/tools', 'src/rollouts(?!/commands)', 'src/traffic', 'src/cluster/[^/]+\\.ts'],
  'src/doctor': ['src/base', 'src/kube', 'src/client', 'src/tools', 'src/cluster'],
  // The dashboard's browser code meets the server in `wire.ts` alone.
  'src/dashboard/page': ['src/dashboard/wire.ts'],
  'src/dashboard/wire.ts': [],
  'src/dashboard/[^/]+\\.ts': ['src/base', 'src/kube', 'src/rollouts', 'src/traffic', 'src/harness/events.ts'],
  'src/plugin': ['src/base', 'src/kube', 'src/client', 'src/rollouts', 'src/dashboard/serve-dashboard.ts'],
  labs: ['src/index.ts'],
};

const itself = (room) => `^${room.endsWith('.ts') ? `${room}$` : `${room}(/|$)`}`;
const target = (room) => `^${room.endsWith('.ts') ? `${room}$` : `${room}(/|$)`}`;

module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room} imports down`,
      comment: `${room} may import ${['itself', ...allowed].join(', ')} and npm packages.`,
      severity: 'error',
      from: { path: itself(room), pathNot: '\\.test\\.ts$' },
      to: { path: '^(src|labs|scripts|test|bench|sample-app|bin)/', pathNot: [itself(room), ...allowed.map(target)] },
    })),
    {
      name: 'rollouts/commands has four users',
      severity: 'error',
      from: { pathNot: '^(src/(cli|plugin|dashboard|rollouts/commands)/|src/index\\.ts$|test/|scripts/|.*\\.test\\.ts$)' },
      to: { path: '^src/rollouts/commands/' },
    },
    {
      name: 'client-node stays in client',
      severity: 'error',
      from: { path: '^(src|labs|sample-app)/', pathNot: ['^src/client/', '\\.test\\.ts$'] },
      to: { path: 'node_modules/@kubernetes/client-node' },
    },
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    // k6 brings its own modules.
    { name: 'no unresolved import', severity: 'error', from: { pathNot: '^labs/k6/' }, to: { couldNotResolve: true } },
    {
      name: 'product code leaves tests alone',
      severity: 'error',
      from: { path: '^(src|labs|sample-app)/', pathNot: '\\.test\\.ts$' },
      to: { path: '(^test/|\\.test\\.ts$)' },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    // Tests may import anything, and the parser does not know the `using` that some of them use.
    exclude: { path: '\\.test\\.ts$' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
