import { For, type JSX } from 'solid-js'

type SentenceProps = {
  of: string
  parts: Record<string, JSX.Element>
}

/** A sentence of the catalogue with elements where its `{names}` stand, wherever its language puts them. */
export const Sentence = (props: SentenceProps) => (
  <For each={props.of.split(/\{(\w+)\}/)}>
    {(piece, index) => (index() % 2 === 1 ? (props.parts[piece] ?? '') : piece)}
  </For>
)
