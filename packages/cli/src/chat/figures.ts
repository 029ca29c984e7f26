import type { Usage } from '@longwire/protocol'

/** "340 ms", "4.2 s", "2 min 5 s". */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`
}

/** "0 s", "42 s", "2 min 5 s": what passes while one looks. */
export function seconds(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1_000))
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** "42 s", "12 min", "3 h", "2 d": about how long it still takes. */
export function about(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 10) return seconds(ms)
  if (minutes < 120) return `${minutes} min`
  return minutes < 2_880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} d`
}

/** "1,204 tokens in, 380 out", or nothing where nothing was counted. */
export function tokens({ inputTokens, outputTokens }: Usage = {}): string {
  if (!inputTokens && !outputTokens) return ''
  return `${count(inputTokens)} tokens in, ${count(outputTokens)} out`
}

function count(figure = 0): string {
  return figure.toLocaleString('en-US')
}
