// Tabs of one browser share one connection.
export type { TabsOptions } from './tabs.ts'
export { tabs } from './tabs.ts'
