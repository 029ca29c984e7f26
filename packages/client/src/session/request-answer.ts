import type { Json } from '@longwire/protocol'

/** What a person answers to a request of the agent. */
export type RequestAnswer<Content = Json> =
  | {
      readonly approved: boolean
      readonly reason?: string
      readonly editedInput?: Json
      /** Of the request as the person saw it; as the view shows it unless given. */
      readonly hash?: string
    }
  | { readonly action: 'accept' | 'decline' | 'cancel'; readonly content?: Content }
