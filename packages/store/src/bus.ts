/** What became of a question to a node. `nobody`: no node of this name listens. `silent`: it may have been heard, or not. */
export type BusAnswer =
  | { readonly kind: 'answered'; readonly payload: string }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'silent' }

/**
 * Carries what is live between nodes that share a store. It may lose, delay and repeat whatever it is given, and say
 * nothing of it: nothing that has to be right rests on it. Names of nodes and topics are letters, digits, `-` and `_`;
 * payloads are text of at most `mostBytes`.
 */
export interface Bus {
  /** Whether what is sent now may arrive. */
  readonly isUp: boolean
  readonly mostBytes: number
  /** Asks one node. Always resolves, within the time given. */
  ask(node: string, payload: string, timeoutMs: number): Promise<BusAnswer>
  /** Answers what is asked of this node. What is returned ends it. */
  serve(node: string, answer: (payload: string) => Promise<string>): () => void
  /** Tells everyone who subscribed to the topic, this process too. Costs one send, however many they are. */
  publish(topic: string, payload: string): void
  subscribe(topic: string, heard: (payload: string) => void): () => void
  close(): Promise<void>
}
