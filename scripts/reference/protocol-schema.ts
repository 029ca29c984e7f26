import { COMMANDS, EVENTS, FRAMES } from '@longwire/protocol/schemas'
import { z } from 'zod'
import * as common from '../../packages/protocol/src/common.ts'
import { Answer, Failure, RequestKind, ToolDescription } from '../../packages/protocol/src/events.ts'
import {
  DataPart,
  FilePart,
  InputPart,
  Message,
  MessagePart,
  ReasoningPart,
  TextPart,
  ToolCallPart,
} from '../../packages/protocol/src/message.ts'

/** What of JSON Schema the generated definitions use. */
export interface JsonSchema {
  $ref?: string
  title?: string
  description?: string
  type?: string
  const?: unknown
  enum?: readonly unknown[]
  properties?: { [name: string]: JsonSchema }
  required?: readonly string[]
  items?: JsonSchema
  additionalProperties?: JsonSchema | boolean
  anyOf?: readonly JsonSchema[]
  oneOf?: readonly JsonSchema[]
}

export interface ProtocolSchema {
  readonly $schema: string
  readonly $id: string
  readonly title: string
  readonly description: string
  readonly $defs: { readonly [name: string]: JsonSchema }
}

export const GROUPS = { command: COMMANDS, frame: FRAMES, event: EVENTS } as const
export type Group = keyof typeof GROUPS

/** The name of a definition: `command.attach`, `event.turn.started`. */
export function definitionName(group: Group, type: string): string {
  return `${group}.${type}`
}

/** Every command, frame and event as JSON Schema, draft 2020-12, each a definition of its own. */
export function protocolSchema(): ProtocolSchema {
  const all = Object.values(GROUPS).flatMap((group): z.ZodType[] => Object.values(group))
  const { $defs } = z.toJSONSchema(z.union(all), { io: 'input', metadata: new NamedSchemas(), override: withoutKind })
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:longwire:protocol:1',
    title: 'Longwire protocol, version 1',
    description:
      'Fields that are not named here are ignored, and events of a type that is not named here are passed on. ' +
      'On a connection an event has `ch` beside its own fields.',
    $defs: { ...groupDefinitions(), ...($defs as ProtocolSchema['$defs']) },
  }
}

/** `command`, `frame` and `event`: one of those of that group. */
function groupDefinitions(): ProtocolSchema['$defs'] {
  const groups = (Object.keys(GROUPS) as Group[]).map((group) => {
    const types = Object.keys(GROUPS[group])
    return [group, { oneOf: types.map((type) => ({ $ref: `#/$defs/${definitionName(group, type)}` })) }] as const
  })
  return Object.fromEntries(groups)
}

/** The descriptions that the schemas have, and a name for each that is to be a definition of its own. */
class NamedSchemas extends z.core.$ZodRegistry<z.core.GlobalMeta> {
  readonly #names = new Map<z.core.$ZodType, string>(namesOfSchemas())

  override get<S extends z.core.$ZodType>(schema: S) {
    const known = z.globalRegistry.get(schema)
    const id = this.#names.get(schema)
    return (id === undefined ? known : { ...known, id }) as ReturnType<z.core.$ZodRegistry<z.core.GlobalMeta>['get']>
  }
}

function namesOfSchemas(): [z.core.$ZodType, string][] {
  const parts = { DataPart, FilePart, InputPart, Message, MessagePart, ReasoningPart, TextPart, ToolCallPart }
  const shared = Object.entries({ ...common, ...parts, Answer, Failure, RequestKind, ToolDescription })
  const types = (Object.keys(GROUPS) as Group[]).flatMap((group) =>
    Object.entries(GROUPS[group]).map(([type, schema]): [z.core.$ZodType, string] => [
      schema,
      definitionName(group, type),
    ]),
  )
  return [...types, ...shared.map(([name, schema]): [z.core.$ZodType, string] => [schema, name])]
}

/** Whether an event is a commit or a draft is no word of JSON Schema; `required: ["sub"]` tells the drafts. */
function withoutKind({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  delete jsonSchema.kind
}
