import { Link, Meta, Title } from '@solidjs/meta'
import { Show } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'
import { useVisitor } from './visitor.tsx'

type HeadProps = {
  title: string
  description: string
  /** The page's canonical address; a page without one is not for search engines. */
  canonical?: string
  /** The picture for those who share the page; without one, that of all Fairpass. */
  image?: string
}

export const Head = (props: HeadProps) => {
  const visitor = useVisitor()
  const { forms } = useMessages()
  /** The outcome of a form comes first in the title. */
  const title = () => (visitor.refusal ? forms.refusedTitle(props.title) : props.title)
  return (
    <>
      <Title>{`${title()} · Fairpass`}</Title>
      <Meta name="description" content={props.description} />
      {/* Keyed: a tag is read once more when it goes, and then the page may have no such address any more. */}
      <Show when={props.canonical} keyed fallback={<Meta name="robots" content="noindex" />}>
        {(canonical) => (
          <>
            <Link rel="canonical" href={canonical} />
            <Meta property="og:url" content={canonical} />
            <Meta property="og:type" content="website" />
            <Meta property="og:site_name" content="Fairpass" />
            <Meta property="og:title" content={props.title} />
            <Meta property="og:description" content={props.description} />
            <Meta property="og:image" content={new URL(props.image ?? '/card.png', canonical).href} />
            <Meta property="og:image:width" content="1200" />
            <Meta property="og:image:height" content="630" />
            <Meta property="og:image:alt" content={props.title} />
            <Meta name="twitter:card" content="summary_large_image" />
          </>
        )}
      </Show>
    </>
  )
}
