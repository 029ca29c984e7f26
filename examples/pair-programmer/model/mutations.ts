// Small changes of a line that mend what is often wrong in one: a comparison that is off by its edge, a rounding the
// wrong way, a number that is one too many or too few.

const SWAPS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/(?<![=<>])>=(?!=)/g, ['>']],
  [/(?<![=<>])<=(?!=)/g, ['<']],
  [/(?<![=<>-])>(?![=>])/g, ['>=', '<']],
  [/(?<![=<>])<(?![=<])/g, ['<=', '>']],
  [/===/g, ['!==']],
  [/!==/g, ['===']],
  [/\bMath\.floor\b/g, ['Math.ceil', 'Math.round']],
  [/\bMath\.ceil\b/g, ['Math.floor', 'Math.round']],
  [/\bMath\.round\b/g, ['Math.floor', 'Math.ceil']],
  [/&&/g, ['||']],
  [/\|\|/g, ['&&']],
  [/(?<=\s)\+(?=\s)/g, ['-']],
  [/(?<=\s)-(?=\s)/g, ['+']],
  [/(?<=\s)\*(?=\s)/g, ['/']],
  [/(?<=\s)\/(?=\s)/g, ['*']],
  [/\btrue\b/g, ['false']],
  [/\bfalse\b/g, ['true']],
]

/** The line in each of its small changes, the likeliest first; what stands in quotes or after `//` is left alone. */
export function mutationsOf(line: string): string[] {
  const code = masked(line)
  const found = SWAPS.flatMap(([what, others]) =>
    [...code.matchAll(what)].flatMap(({ index, 0: was }) =>
      others.map((other) => spliced(line, index, was.length, other)),
    ),
  )
  const numbers = [...code.matchAll(/(?<![\w.$])\d+(?![\w.])/g)].flatMap(({ index, 0: was }) =>
    [Number(was) + 1, Number(was) - 1].filter((n) => n >= 0).map((n) => spliced(line, index, was.length, String(n))),
  )
  return [...new Set([...found, ...numbers])].filter((changed) => changed !== line)
}

function spliced(line: string, at: number, length: number, other: string): string {
  return line.slice(0, at) + other + line.slice(at + length)
}

/** The same length, with blanks for what is no code. */
function masked(line: string): string {
  return line.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|\/\/.*$|^\s*(?:\/?\*).*$/g, (text) =>
    ' '.repeat(text.length),
  )
}
