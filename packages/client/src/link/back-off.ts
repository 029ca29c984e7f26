const SHORTEST_MS = 200
const LONGEST_MS = 20_000

/** How long to wait before the `attempt`-th try (from 1): full jitter under a ceiling that doubles from 0.2 s to 20 s. */
export function backOff(attempt: number, chance: number): number {
  return Math.floor(chance * Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(attempt - 1, 16)))
}
