import type { Commit, EventOf, Json, Metadata, SessionEvent } from '@longwire/protocol'
import type { MessageView, PartView, SessionView, ToolPartView, TurnView } from '@longwire/view'
import type { ClientToolContext } from '../session/client-tool.ts'
import type { ViewReplaced } from '../session/event-queue.ts'

// The types of an agent as a client knows them: `typeof agent` has this shape, and nothing of the agent is imported.

/** What of an agent its clients' types are made of. */
export interface AgentLike {
  readonly name?: string
  readonly tools?: { readonly [name: string]: ToolLike } | undefined
  readonly types?: AgentTypes | undefined
}

/** What an agent says of its sessions to the compiler alone. */
export interface AgentTypes {
  readonly metadata?: unknown
  /** The content of the answers to its forms, by a name of the author's. */
  readonly forms?: { readonly [form: string]: unknown }
}

interface ToolLike {
  // biome-ignore lint/suspicious/noExplicitAny: tools of every input and output
  readonly inputSchema: any
  // biome-ignore lint/suspicious/noExplicitAny: tools of every input and output
  readonly outputSchema?: any
  // biome-ignore lint/suspicious/noExplicitAny: tools of every input and output
  readonly execute?: ((input: any, context: any) => any) | undefined
  readonly client?: boolean | undefined
}

type Tools<A> = A extends { readonly tools: infer T extends { readonly [name: string]: ToolLike } } ? T : never
type ToolNames<A> = Extract<keyof Tools<A>, string>

/** Whether tools are known one by one: an agent that may be any has tools of any name. */
type IsKnown<A> = [Tools<A>] extends [never] ? false : string extends keyof Tools<A> ? false : true

type Standard<T> = { readonly '~standard': { readonly types?: { readonly output: T } | undefined } }

/** What a tool is called with. */
export type InputOf<T> = T extends { readonly inputSchema: Standard<infer I> } ? I : Json

/** What a tool gives. */
export type OutputOf<T> = T extends { readonly execute: (...args: never[]) => infer O }
  ? Awaited<O>
  : T extends { readonly outputSchema?: Standard<infer O> | undefined }
    ? O
    : Json

type TypedToolPart<A> = {
  [N in ToolNames<A>]: Omit<ToolPartView, 'name' | 'input' | 'output'> & {
    readonly name: N
    readonly input?: InputOf<Tools<A>[N]> | undefined
    readonly output?: OutputOf<Tools<A>[N]> | undefined
  }
}[ToolNames<A>]

type TypedMessage<A> = Omit<MessageView, 'parts'> & {
  readonly parts: readonly (Exclude<PartView, ToolPartView> | TypedToolPart<A>)[]
}
type TypedTurn<A> = Omit<TurnView, 'messages'> & { readonly messages: readonly TypedMessage<A>[] }
type TypedView<A extends AgentLike> = Omit<SessionView, 'turns' | 'metadata'> & {
  readonly turns: readonly (IsKnown<A> extends true ? TypedTurn<A> : TurnView)[]
  readonly metadata: MetadataOf<A>
}

/** The view of a session with this agent: each tool part has the types of its tool. */
export type ViewOf<A extends AgentLike> = AgentLike extends A ? SessionView : TypedView<A>

/** What a client of this agent says about a session when it opens it. */
export type MetadataOf<A extends AgentLike> = A extends { readonly types?: infer T }
  ? NonNullable<T> extends { readonly metadata: infer M }
    ? M
    : Metadata
  : Metadata

/** What an answer to a form of this agent holds. */
export type AnswerOf<A extends AgentLike> = A extends { readonly types?: infer T }
  ? NonNullable<T> extends { readonly forms: infer F extends object }
    ? F[keyof F]
    : Json
  : Json

type TypedToolStarted<A> = {
  [N in ToolNames<A>]: Omit<EventOf<'tool.started'>, 'name' | 'input'> & {
    readonly name: N
    readonly input: InputOf<Tools<A>[N]>
  }
}[ToolNames<A>]

type Typed<A, E> = IsKnown<A> extends true ? Exclude<E, EventOf<'tool.started'>> | TypedToolStarted<A> : E

export type CommitOf<A extends AgentLike> = Typed<A, Commit>
export type EventsOf<A extends AgentLike> = Typed<A, SessionEvent> | ViewReplaced

type ClientToolNames<A> = {
  [N in ToolNames<A>]: Tools<A>[N] extends { readonly client: true } ? N : never
}[ToolNames<A>]

/** Tools of this side of the line: those that the agent leaves to its clients, with their types, and any others. */
export type ClientToolsOf<A extends AgentLike> =
  IsKnown<A> extends true
    ? {
        readonly [N in ClientToolNames<A>]?: (
          input: InputOf<Tools<A>[N]>,
          context: ClientToolContext,
        ) => OutputOf<Tools<A>[N]> | Promise<OutputOf<Tools<A>[N]>>
      }
    : // biome-ignore lint/suspicious/noExplicitAny: tools that nothing is known of take what they are given
      { readonly [name: string]: (input: any, context: ClientToolContext) => unknown }
