import type { RunningTurn } from './running-turn.ts'
import { currentScope, type Scope } from './scope.ts'
import type { Trace } from './turn.ts'

// What a tool traces while it tidies up after a stop is not heard, and throws at nobody.

/** The trace of whatever scope `where` names: a fixed one, or the one of the code that asks. */
export function scopeTrace(run: RunningTurn, where: () => Scope): Trace {
  return {
    milestone(label, { progress, detail } = {}) {
      if (run.voice.isStopping) return
      const scope = where()
      const before = scope.milestone?.end('ok') ?? []
      void run.commit(before)
      scope.milestone = run.openSpan(scope, { label, level: 'milestone', kind: 'custom', fraction: progress, detail })
    },
    note(label, { level = 'detail', kind = 'custom', detail } = {}) {
      if (run.voice.isStopping) return
      const scope = where()
      run.voice.ensureSpeaking()
      const { id: step, name: owner } = scope.step
      void run.commit(run.spans.note({ label, level, kind, detail, parent: scope.span?.id, step, owner }))
    },
    async span(label, { level = 'detail', kind = 'custom', detail }, work) {
      if (run.voice.isStopping) return work(scopeTrace(run, where))
      const around = where()
      const span = run.openSpan(around, { label, level, kind, detail })
      const scope: Scope = { run, step: around.step, span }
      try {
        const result = await currentScope.run(scope, async () => await work(scopeTrace(run, () => scope)))
        if (!run.voice.isOver) void run.commit(run.leaveSpan(scope, 'ok'))
        return result
      } catch (error) {
        if (!run.voice.isOver) void run.commit(run.leaveSpan(scope, 'error'))
        throw error
      }
    },
  }
}
