/** A parsed schedule: the minutes, hours, days, months and weekdays on which it fires. */
export interface CronSchedule {
  minutes: Set<number>;
  hours: Set<number>;
  days: Set<number>;
  months: Set<number>;
  weekdays: Set<number>;
  anyDay: boolean;
  anyWeekday: boolean;
}

const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function field(text: string, from: number, to: number, names: readonly string[] = []): Set<number> | undefined {
  const values = new Set<number>();
  const number = (word: string): number =>
    names.includes(word.toLowerCase()) ? names.indexOf(word.toLowerCase()) : /^\d+$/.test(word) ? Number(word) : NaN;
  for (const part of text.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [low, high] =
      range === '*' || range === '?'
        ? [from, to]
        : range.includes('-')
          ? range.split('-').map(number)
          : [number(range), part.includes('/') ? to : number(range)];
    if (low === undefined || high === undefined || !(low >= from && high <= to && low <= high) || !(Number(step) >= 1)) return undefined;
    for (let value = low; value <= high; value += Number(step)) values.add(value);
  }
  return values;
}

/** Parses five cron fields or a macro such as `@hourly`; `undefined` when it is none. */
export function parseCron(text: string): CronSchedule | undefined {
  const parts = (MACROS[text.trim()] ?? text).trim().split(/\s+/);
  if (parts.length !== 5) return undefined;
  const [minute, hour, day, month, weekday] = parts as [string, string, string, string, string];
  const [minutes, hours, days, months, weekdays] = [
    field(minute, 0, 59),
    field(hour, 0, 23),
    field(day, 1, 31),
    field(month, 1, 12, MONTHS),
    field(weekday, 0, 6, WEEKDAYS),
  ];
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  return { minutes, hours, days, months, weekdays, anyDay: /^[*?]/.test(day), anyWeekday: /^[*?]/.test(weekday) };
}

/** The first firing after `afterMs`, in UTC; `undefined` when there is none within five years. */
export function nextFiring(schedule: CronSchedule, afterMs: number): number | undefined {
  const at = new Date(Math.floor(afterMs / 60_000) * 60_000 + 60_000);
  const limitMs = afterMs + 5 * 366 * 86_400_000;
  while (at.getTime() <= limitMs) {
    const byDay = schedule.days.has(at.getUTCDate());
    const byWeekday = schedule.weekdays.has(at.getUTCDay());
    // Where both are restricted, either one is enough: cron's own rule.
    const dayMatches = schedule.anyDay || schedule.anyWeekday ? byDay && byWeekday : byDay || byWeekday;
    if (!schedule.months.has(at.getUTCMonth() + 1) || !dayMatches) at.setUTCHours(24, 0, 0, 0);
    else if (!schedule.hours.has(at.getUTCHours())) at.setUTCMinutes(60, 0, 0);
    else if (!schedule.minutes.has(at.getUTCMinutes())) at.setUTCMinutes(at.getUTCMinutes() + 1, 0, 0);
    else return at.getTime();
  }
  return undefined;
}
