/** A fraction as per cent with two decimals: 0.03417 is 3.42. */
export function percent(fraction: number): number {
  return rounded(fraction * 100, 2)
}

export function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals
  const whole = Math.round(Math.abs(value) * factor) / factor
  return value < 0 && whole !== 0 ? -whole : whole
}

/** Sessions of a year, by which a daily volatility is made a yearly one. */
export const SESSIONS_A_YEAR = 252

/** The sample standard deviation of `n` values, from their sum and the sum of their squares. */
export function deviation(n: number, sum: number, squares: number): number {
  return n < 2 ? 0 : Math.sqrt(Math.max(0, squares - (sum * sum) / n) / (n - 1))
}

/** "12,300.50 AXD" */
export function money(value: number): string {
  return `${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} AXD`
}
