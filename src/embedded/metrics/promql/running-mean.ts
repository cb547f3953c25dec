/** Sum with Kahan's correction as Neumaier has it: exact enough that the order of large and small values does not matter. */
export function compensatedSum(values: readonly number[]): number {
  let [sum, correction] = [0, 0];
  for (const value of values) {
    const next = sum + value;
    if (!Number.isFinite(next)) correction = 0;
    else correction += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return Number.isFinite(sum) ? sum + correction : sum;
}

/** The mean, taken value by value so that it does not overflow where the sum would. */
export function runningMean(values: readonly number[]): number {
  let mean = 0;
  let count = 0;
  for (const value of values) {
    count += 1;
    if (!Number.isFinite(mean) && !Number.isNaN(mean)) {
      if (value === mean) continue;
      if (Number.isFinite(value)) continue;
    }
    mean += value / count - mean / count;
  }
  return mean;
}

/** Population variance by Welford's method. */
export function variance(values: readonly number[]): number {
  let [mean, squares, count] = [0, 0, 0];
  for (const value of values) {
    count += 1;
    const distance = value - mean;
    mean += distance / count;
    squares += distance * (value - mean);
  }
  return squares / count;
}
