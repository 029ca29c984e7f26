/** A seed that nobody has tried, unless one is asked for: `SEED=7 npx vitest run tests/durable`. */
export function freshSeed(): number {
  return Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
}

/** How long the long run is: 1 for every day, more for a night (`LONG=20`). */
export const LONG = Number(process.env.LONG ?? 1)
