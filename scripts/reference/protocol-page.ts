import { ERRORS, FAILURES } from '@longwire/protocol'
import { LIMIT_ROWS } from '../../packages/protocol/src/limits.ts'
import { definitionName, GROUPS, type Group, type JsonSchema, type ProtocolSchema } from './protocol-schema.ts'
import { isLinked, typeText } from './type-text.ts'

/** The reference page: a table for each command, frame and event, and the tables of codes and bounds. */
export function protocolPage(schema: ProtocolSchema): string {
  return `${[
    '# Protocol reference',
    '<!-- Written by `npm run docs` from packages/protocol. Change the schemas, not this page. -->',
    'Version 1. One JSON object in one text frame. What the parties promise each other is in [the rules](../../spec/protocol.md); the same shapes as JSON Schema are in [protocol.schema.json](protocol.schema.json). Fields that are not listed are ignored; events of a type that is not listed are passed on to the application.',
    '## Commands',
    "From the client. Every command has an `id` of the client's choosing. `ch` is left out over HTTP, where the address names the session.",
    ...section('command', schema),
    '## Frames',
    'From the server, beside the events.',
    ...section('frame', schema),
    '## Events',
    'What happened in a session. A commit is in the log and has a `seq` of its own; a draft is in no log and has a `sub` after the `seq` of the commit before it. On a connection an event has `ch` beside these fields. A commit over the stub bound comes with its short fields only, `bytes` (its size) and `href` (where the whole of it is).',
    ...section('event', schema),
    '## Types',
    ...sharedTypes(schema),
    '## Errors',
    'A client decides by the code and by `retry`: `never`, `now`, `later`, or `new-identity` (come back with a fresh one). Without a close code the frame is answered and the connection stays.',
    table(
      ['code', 'HTTP', 'close', 'retry', 'means'],
      Object.entries(ERRORS).map(([code, { http, close, retry, says }]) => [`\`${code}\``, http, close, retry, says]),
    ),
    'Close codes 4000 to 4499, 1001, 1006, 1011, 1012 and 1013 mean come back, 4401 with a fresh identity; 4500 to 4999, 1008 and 1009 mean do not.',
    '## Why a turn failed',
    'The `error.code` of `turn.ended`.',
    table(
      ['code', 'may succeed when sent again', 'means'],
      Object.entries(FAILURES).map(([code, { retryable, says }]) => [`\`${code}\``, retryable ? 'yes' : 'no', says]),
    ),
    '## Bounds',
    'The numbers a server keeps unless it is told otherwise; `welcome.limits` has those in force. Sizes are bytes of UTF-8, names in `Ms` are milliseconds.',
    table(['name', 'number', 'of', 'over it'], Object.entries(LIMIT_ROWS).map(limitRow)),
  ].join('\n\n')}\n`
}

function section(group: Group, schema: ProtocolSchema): readonly string[] {
  return Object.keys(GROUPS[group]).flatMap((type) => {
    const definition = schema.$defs[definitionName(group, type)]!
    const kind = group === 'event' ? [definition.required?.includes('sub') ? '*Draft.*' : '*Commit.*'] : []
    const fields = Object.entries(definition.properties ?? {}).filter(([name]) => !isCommon(group, name, definition))
    return [
      `### ${type}`,
      [...kind, definition.description].join(' '),
      ...(fields.length > 0 ? [fieldTable(fields, definition, schema)] : []),
    ]
  })
}

/** What every message of its group has is told once, above. */
function isCommon(group: Group, name: string, definition: JsonSchema): boolean {
  if (name === 'type') return true
  if (group === 'command') return name === 'id'
  if (group !== 'event') return false
  return (
    ['seq', 'sub', 'at'].includes(name) || (['turn', 'step'].includes(name) && !definition.required?.includes(name))
  )
}

function fieldTable(fields: readonly [string, JsonSchema][], { required = [] }: JsonSchema, schema: ProtocolSchema) {
  return table(
    ['field', 'type', 'required', ''],
    fields.map(([name, field]) => [
      `\`${name}\``,
      typeText(field, schema),
      required.includes(name) ? 'yes' : '',
      field.description ?? referred(field, schema)?.description ?? '',
    ]),
  )
}

/** The types that the tables link to. Those that are told in a few words stand in the tables themselves. */
function sharedTypes(schema: ProtocolSchema): readonly string[] {
  const names = Object.keys(schema.$defs).filter((name) => /^[A-Z]/.test(name) && isLinked(name, schema))
  return names.sort().flatMap((name) => {
    const definition = schema.$defs[name]!
    const { properties, description } = definition
    const shape = properties ? fieldTable(Object.entries(properties), definition, schema) : typeText(definition, schema)
    return [`### ${name}`, ...(description ? [`${description[0]!.toUpperCase()}${description.slice(1)}.`] : []), shape]
  })
}

function referred({ $ref }: JsonSchema, schema: ProtocolSchema): JsonSchema | undefined {
  return $ref === undefined ? undefined : schema.$defs[$ref.slice('#/$defs/'.length)]
}

function limitRow([name, { is, of, over }]: [
  string,
  (typeof LIMIT_ROWS)[keyof typeof LIMIT_ROWS] & { over?: string },
]) {
  return [`\`${name}\``, is.toLocaleString('en'), of, over ? `\`${over}\`` : '']
}

function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const line = (cells: readonly (string | number | null)[]) =>
    `| ${cells.map((cell) => `${cell ?? '–'}`).join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')
}
