import { mount, StartClient } from '@solidjs/start/client'
import { isLanguage } from './words/languages.ts'
import { fetchWords } from './words/words.ts'

const { lang } = document.documentElement
await fetchWords(isLanguage(lang) ? lang : 'en')
mount(() => <StartClient />, document)
