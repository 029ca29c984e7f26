import type { MessageView, PartView, RequestView, SpanView, ToolPartView, TurnView } from '@longwire/view'

/** A piece of a turn as it is read, from top to bottom. */
export type Block =
  /** What a person said. */
  | { readonly kind: 'person'; readonly key: string; readonly message: MessageView }
  /** What the agent said. */
  | {
      readonly kind: 'text'
      readonly key: string
      readonly text: string
      readonly isDraft: boolean
      readonly isPartial: boolean
    }
  | { readonly kind: 'file'; readonly key: string; readonly part: Extract<PartView, { type: 'file' | 'data' }> }
  /** What it did between two things that it said: thoughts, tools, milestones. */
  | { readonly kind: 'work'; readonly key: string; readonly items: readonly WorkItem[] }
  /** What it asked that belongs to no tool. */
  | { readonly kind: 'request'; readonly key: string; readonly request: RequestView }

export type WorkItem =
  | { readonly kind: 'thought'; readonly key: string; readonly text: string; readonly isDraft: boolean }
  | {
      readonly kind: 'tool'
      readonly key: string
      readonly tool: ToolPartView
      /** Its milestone, which says better than its name what it is at. */
      readonly span: SpanView | undefined
      readonly request: RequestView | undefined
    }
  | { readonly kind: 'milestone'; readonly key: string; readonly span: SpanView }

/** The pieces of a turn in the order of what happened. */
export function turnBlocks(turn: TurnView): readonly Block[] {
  const spanOf = spansByStep(turn.trace)
  const tools = new Set(
    turn.messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'tool' ? part.step : []))),
  )
  const loose: (readonly [at: number, block: Block])[] = [
    ...turn.trace
      .filter((span) => span.level === 'milestone' && !tools.has(span.step))
      .map((span) => [span.startedAt ?? Number.POSITIVE_INFINITY, milestoneBlock(span)] as const),
    ...turn.requests
      .filter(({ call }) => call === undefined)
      .map((request) => [request.askedAt, { kind: 'request', key: request.request, request }] as const),
  ].sort(([a], [b]) => a - b)

  const blocks: Block[] = []
  for (const message of turn.messages) {
    // A message carries the time of its end: what began before that is shown before it.
    const bound = message.draft ? Number.POSITIVE_INFINITY : message.at
    while (loose[0] && loose[0][0] < bound && message.delivery === undefined) put(blocks, loose.shift()![1])
    for (const block of messageBlocks(message, turn, spanOf)) put(blocks, block)
  }
  for (const [, block] of loose) put(blocks, block)
  return blocks
}

/** Work that follows work is one piece. */
function put(blocks: Block[], block: Block): void {
  const last = blocks.at(-1)
  if (last?.kind === 'work' && block.kind === 'work') {
    blocks[blocks.length - 1] = { ...last, items: [...last.items, ...block.items] }
  } else blocks.push(block)
}

function milestoneBlock(span: SpanView): Block {
  return { kind: 'work', key: `w-${span.span}`, items: [{ kind: 'milestone', key: span.span, span }] }
}

function messageBlocks(message: MessageView, turn: TurnView, spanOf: ReadonlyMap<string, SpanView>): readonly Block[] {
  if (message.delivery !== undefined) return [{ kind: 'person', key: `p-${message.id}`, message }]
  const isDraft = message.draft === true
  return message.parts.flatMap((part, index): Block[] => {
    const key = `${message.id}-${index}`
    switch (part.type) {
      case 'text':
        if (part.text.trim() === '') return []
        return [{ kind: 'text', key, text: part.text, isDraft, isPartial: message.partial === true }]
      case 'reasoning':
        if (part.text.trim() === '') return []
        return [{ kind: 'work', key, items: [{ kind: 'thought', key, text: part.text, isDraft }] }]
      case 'tool':
        return [{ kind: 'work', key, items: [toolItem(part, turn, spanOf)] }]
      default:
        return [{ kind: 'file', key, part }]
    }
  })
}

function toolItem(tool: ToolPartView, turn: TurnView, spanOf: ReadonlyMap<string, SpanView>): WorkItem {
  const request = turn.requests.findLast(({ call }) => call === tool.call)
  const span = tool.step === undefined ? undefined : spanOf.get(tool.step)
  return { kind: 'tool', key: tool.call, tool, span, request }
}

function spansByStep(roots: readonly SpanView[]): ReadonlyMap<string, SpanView> {
  const byStep = new Map<string, SpanView>()
  for (const span of roots) if (span.step !== undefined && span.kind !== 'model') byStep.set(span.step, span)
  return byStep
}

/** Whether something in this piece is still going on, or waits for a person. */
export function isOpenWork({ items }: Extract<Block, { kind: 'work' }>): boolean {
  return items.some((item) => {
    if (item.kind === 'thought') return item.isDraft
    return item.kind === 'milestone' ? item.span.draft === true : !isOverTool(item.tool)
  })
}

function isOverTool({ state }: ToolPartView): boolean {
  return state === 'output-available' || state === 'output-error' || state === 'output-denied'
}

export function needsPerson({ items }: Extract<Block, { kind: 'work' }>): boolean {
  return items.some(
    (item) => item.kind === 'tool' && item.request !== undefined && item.request.settledAt === undefined,
  )
}
