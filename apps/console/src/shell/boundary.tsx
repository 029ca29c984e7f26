import { Component, type ReactNode } from 'react'

export interface BoundaryProps {
  /** Shown in place of what broke. */
  readonly fallback: ReactNode
  readonly children: ReactNode
}

/** What breaks in here breaks nothing around it. The console of the browser says what it was. */
export class Boundary extends Component<BoundaryProps, { readonly isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render(): ReactNode {
    return this.state.isBroken ? this.props.fallback : this.props.children
  }
}
