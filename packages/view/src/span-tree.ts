import type { SpanView } from './session-view.ts'

// The trace of a turn as a tree. Which tree it is depends on the spans alone, not on the order they came in: a span
// stands under its parent, or is a root while that is not there; spans beside each other are in order of start.

type Spans = readonly SpanView[]

/** A span that would stand deeper stands as a root, so that no trace is too deep to be walked or sent. */
const DEEPEST = 64

export function findSpan(roots: Spans, id: string): SpanView | undefined {
  for (const root of roots) {
    const found = root.span === id ? root : findSpan(root.children, id)
    if (found) return found
  }
  return undefined
}

/** The tree with this span in it, in the place of what was known of it; its children are those the tree knows. */
export function putSpan(roots: Spans, span: SpanView): Spans {
  const known = findSpan(roots, span.span)
  const bare = known === undefined ? roots : removed(roots, span.span)
  const orphans = bare.filter(
    (root) => root.parent === span.span && !holds(root, span.parent) && heightOf(root) < DEEPEST,
  )
  const others = orphans.length === 0 ? bare : bare.filter((root) => !orphans.includes(root))
  const children = orphans.reduce(inserted, known?.children ?? [])
  return placed(others, { ...span, children })
}

/** The tree without the open spans, of one step or of all. What was committed below them stays, as a root. */
export function withoutDraftSpans(roots: Spans, step?: string): Spans {
  const orphans: SpanView[] = []
  const kept = prune(roots, (span) => span.draft === true && (step === undefined || span.step === step), orphans)
  return orphans.reduce(inserted, kept)
}

/** Takes the matching spans out; their surviving children go to `orphans`. */
function prune(spans: Spans, matches: (span: SpanView) => boolean, orphans: SpanView[]): Spans {
  const kept: SpanView[] = []
  for (const span of spans) {
    const children = prune(span.children, matches, orphans)
    if (matches(span)) orphans.push(...children)
    else kept.push(children === span.children ? span : { ...span, children })
  }
  return kept.length === spans.length && kept.every((span, index) => span === spans[index]) ? spans : kept
}

function placed(roots: Spans, span: SpanView): Spans {
  if (span.parent === undefined || holds(span, span.parent)) return inserted(roots, span)
  return insertedUnder(roots, span.parent, span, DEEPEST - heightOf(span)) ?? inserted(roots, span)
}

/** The tree with `span` under `parent`, or undefined where the parent is not in it or lies too deep. */
function insertedUnder(spans: Spans, parent: string, span: SpanView, room: number): Spans | undefined {
  if (room <= 0) return undefined
  for (const [index, one] of spans.entries()) {
    const children =
      one.span === parent ? inserted(one.children, span) : insertedUnder(one.children, parent, span, room - 1)
    if (children) return spans.with(index, { ...one, children })
  }
  return undefined
}

function removed(spans: Spans, id: string): Spans {
  if (spans.some(({ span }) => span === id)) return spans.filter(({ span }) => span !== id)
  return spans.map((span) => (findSpan(span.children, id) ? { ...span, children: removed(span.children, id) } : span))
}

function inserted(spans: Spans, span: SpanView): Spans {
  const index = spans.findIndex((other) => inOrder(span, other) < 0)
  return index < 0 ? [...spans, span] : [...spans.slice(0, index), span, ...spans.slice(index)]
}

/** By start, then by id, of which a longer one is a later one. A span that does not say when it started comes last. */
function inOrder(a: SpanView, b: SpanView): number {
  const [startA, startB] = [a.startedAt ?? Infinity, b.startedAt ?? Infinity]
  if (startA !== startB) return startA - startB
  return a.span.length - b.span.length || (a.span < b.span ? -1 : 1)
}

function holds(span: SpanView, id: string | undefined): boolean {
  return id !== undefined && (span.span === id || findSpan(span.children, id) !== undefined)
}

function heightOf(span: SpanView): number {
  return 1 + Math.max(0, ...span.children.map(heightOf))
}
