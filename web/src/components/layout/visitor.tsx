import { createContext, type JSX, useContext } from 'solid-js'
import type { Visitor } from '../../domain/visitor.ts'

const VisitorContext = createContext<Visitor>()

/** Pages are rendered once the visitor is known, so what they say of it is never said twice. */
export const VisitorProvider = (props: { visitor: Visitor; children: JSX.Element }) => (
  <VisitorContext.Provider value={props.visitor}>{props.children}</VisitorContext.Provider>
)

export const useVisitor = (): Visitor => {
  const visitor = useContext(VisitorContext)
  if (visitor === undefined) throw new Error('Rendered outside the frame')
  return visitor
}
