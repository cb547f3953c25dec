/**
 * Options of V8 for a process that is a cluster and nothing else; whoever starts one gives them to it. Young objects of a cluster die
 * young: a small nursery costs little and saves a quarter of a small cluster's memory. And a heap that grows by steps of 60 % before it
 * is looked through costs no time that can be measured, while V8's own steps, up to four times what lives, are memory that a machine with
 * thousands of Pods on it would rather have.
 */
export const CLUSTER_MEMORY_FLAGS: readonly string[] = ['--max-semi-space-size=2', '--heap-growing-percent=60'];
