/** Where the strategies stand in a Rollout, as its errors name the place. */
export const CANARY = 'spec.strategy.canary';
export const BLUE_GREEN = 'spec.strategy.blueGreen';
