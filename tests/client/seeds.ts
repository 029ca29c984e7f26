/** Storms that a client once did not weather. They stay. */
export const SEEDS_THAT_FAILED: readonly number[] = [
  1795653572016, 1795653572046, 1795653572055, 1795653572069, 1795653572079, 1795654453003, 1795654571041,
]

/** Chance that begins with a seed and can be had again (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
