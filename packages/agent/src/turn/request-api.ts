import type { Json } from '@longwire/protocol'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Duration } from './duration.ts'

// What an author writes to ask a person. Each question is a step: its answer is in the log, and holds no memory while it
// waits.

interface Asked {
  /** The question. */
  readonly message: string
  /** How long it may stay open; for ever unless given. */
  readonly expiresIn?: Duration
  /** The role that may answer; whoever may speak in the session unless given. */
  readonly to?: string
  /** With `onExpiry: 'escalate'`: the role that is asked next, for as long again. */
  readonly escalateTo?: string
}

export interface ApprovalOptions extends Asked {
  /** What is to be approved, as it is shown. The answer is bound to exactly this. */
  readonly input?: Json
  /** What nobody's answer is taken for; `deny` unless given. `fail` throws `RequestExpired`. */
  readonly onExpiry?: 'deny' | 'approve' | 'fail' | 'escalate'
}

export interface Approval {
  readonly approved: boolean
  readonly reason?: string
  /** The input as the person changed it. */
  readonly editedInput?: Json
}

interface Wanted extends Asked {
  /** `fail`, which it is unless given, throws `RequestExpired`; `deny` takes it for `cancel`. */
  readonly onExpiry?: 'deny' | 'fail' | 'escalate'
}

/** A JSON Schema of an object. */
export type JsonSchema = { readonly [keyword: string]: Json }

export interface FormOptions<Content> extends Wanted {
  /** A Standard Schema, which types the answer, or a JSON Schema. What does not fit is asked again. */
  readonly schema: StandardSchemaV1<unknown, Content> | JsonSchema
}

export interface ChoiceOptions<Value extends string> extends Wanted {
  readonly options: readonly (
    | Value
    | { readonly value: Value; readonly label: string; readonly description?: string }
  )[]
}

export interface ClientToolOptions extends Partial<Wanted> {
  readonly name: string
  readonly input: Json
}

/** What came of a question: content, or that the person would not, or sent it away. */
export type Given<Content> =
  | { readonly action: 'accept'; readonly content: Content }
  | { readonly action: 'decline' | 'cancel'; readonly content?: undefined }

export interface Requests {
  /** May I? Resolves with what the person said. */
  approval(options: ApprovalOptions): Promise<Approval>
  /** Fill this in. */
  form<Content = Json>(options: FormOptions<Content>): Promise<Given<Content>>
  /** Which of these? The content is the value that was chosen. */
  choice<Value extends string>(options: ChoiceOptions<Value>): Promise<Given<Value>>
  /** Does something in the page or terminal that holds the session; the content is its result. */
  clientTool(options: ClientToolOptions): Promise<Given<Json>>
}
