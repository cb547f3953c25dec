/** `4:05`, `1:02:03`; never negative. */
export function countdownText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A pause's duration with its unit: a bare number is seconds. */
export function pauseText(duration: string | number): string {
  return /^\d+$/.test(String(duration)) ? `${duration}s` : String(duration);
}

/** Wall time of an RFC 3339 instant in the reader's language; empty when there is none. */
export function clockText(instant: string | undefined, language: string): string {
  const ms = Date.parse(instant ?? '');
  return Number.isNaN(ms) ? '' : new Date(ms).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
