import { mount, StartClient } from '@solidjs/start/client'
import { isLanguage } from './i18n/languages.ts'
import { fetchWords } from './i18n/words.ts'

const { lang } = document.documentElement
await fetchWords(isLanguage(lang) ? lang : 'en')
mount(() => <StartClient />, document)
