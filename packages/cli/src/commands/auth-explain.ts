import { readFileSync } from 'node:fs'
import { type ExplainedSignature, explainSignature } from '@longwire/server'
import { CommandFailure, type Exit } from '../exit-codes.ts'
import { type Terminal, write } from '../terminal/terminal.ts'

export interface ExplainOptions {
  readonly request: string
  readonly json?: boolean
}

/** Says whether a signed request would be let in, why not, and what was compared. The verdict is no failure of the command. */
export async function authExplain({ request: file, json }: ExplainOptions, terminal: Terminal): Promise<Exit> {
  for (const each of casesIn(file)) {
    const explained = await explainSignature(each).catch((cause: Error) => {
      throw new CommandFailure('usage', cause.message, undefined, { cause })
    })
    if (json) write(terminal, JSON.stringify(explained))
    else for (const line of told(explained, terminal)) write(terminal, line)
  }
  return 'ok'
}

/** One request, or the `vectors` of a file that has many, with what its `server` says for all of them. */
function casesIn(file: string): readonly unknown[] {
  try {
    const value = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')) as {
      readonly vectors?: unknown
      readonly server?: object
    } | null
    if (!Array.isArray(value?.vectors)) return [value]
    return value.vectors.map((each: object) => ({ ...value.server, ...each }))
  } catch (cause) {
    throw new CommandFailure('usage', `cannot read a request from ${file}: ${(cause as Error).message}`, undefined, {
      cause,
    })
  }
}

function told(explained: ExplainedSignature, { style }: Terminal): readonly string[] {
  const { name, verdict, code, reason, hints, canonicalRequest, stringToSign } = explained
  const mark = verdict === 'accept' ? style.green('accept') : style.red('reject')
  return [
    `${mark}  ${name === undefined ? '' : `${style.bold(name)}  `}${reason}${code === undefined ? '' : style.dim(` (${code})`)}`,
    ...hints.map((hint) => `        ${style.yellow(hint)}`),
    ...block('canonical request', canonicalRequest),
    ...block('string to sign', stringToSign),
    '',
  ]

  function block(title: string, text: string | null): readonly string[] {
    return [
      '',
      style.dim(title),
      ...(text === null
        ? ['  none: there is no signature to make it for']
        : text.split('\n').map((line) => `  ${line}`)),
    ]
  }
}
