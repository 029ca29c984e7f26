// Chance from a seed. Only additions, multiplications and integer arithmetic, which every machine does alike to the
// last bit; Math.log and Math.cos may not.

export interface Random {
  /** In [0, 1). */
  uniform(): number
  /** Mean 0, standard deviation 1: twelve uniforms added up, which is near enough to a normal distribution. */
  normal(): number
}

export function seeded(seed: number): Random {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const normal = () => {
    let sum = -6
    for (let i = 0; i < 12; i++) sum += uniform()
    return sum
  }
  return { uniform, normal }
}
