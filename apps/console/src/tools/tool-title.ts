import type { SessionView, ToolPartView } from '@longwire/view'

/** What a person reads of a tool: before it runs, the session knows its title. */
export function toolTitle({ title, name }: ToolPartView, view: SessionView): string {
  return title ?? view.tools.find((tool) => tool.name === name)?.title ?? name
}
